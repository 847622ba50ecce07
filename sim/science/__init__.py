"""The science: scalar functions, one file per mechanism. Scalars in, scalars out; no arrays, no randomness, no state."""
