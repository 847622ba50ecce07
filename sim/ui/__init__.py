"""The planner's browser: a Solara app on the same engine, files and results as the command line."""
