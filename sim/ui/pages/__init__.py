"""The pages of the planner's browser; `app.py` is the file that Solara opens."""
