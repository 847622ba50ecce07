"""The documentation site: pages made from code and data, and the built copy that needs no network.

``python -m docs.site pages`` writes the generated pages; ``python -m docs.site build`` makes the site.
"""
