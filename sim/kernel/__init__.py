"""The compiled loops: they walk over rows, call the science, and do nothing else."""
