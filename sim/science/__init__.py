"""The science: scalar functions, one file per mechanism; no arrays, no randomness, no state."""
