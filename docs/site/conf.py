"""Settings of Sphinx. Nothing of the site comes from another machine: no fonts, no scripts, no counters."""

import sim

project = "zonesim"
author = "The Zonesim developers"
copyright = author  # noqa: A001 - Sphinx's own word
version = release = sim.__version__
extensions = ["myst_parser"]
myst_heading_anchors = 6
myst_enable_extensions = ["html_image"]
html_theme = "furo"
html_title = f"zonesim {release}"
html_static_path = ["static"]
html_css_files = ["zonesim.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
suppress_warnings = ["myst.header"]
