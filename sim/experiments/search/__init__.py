"""Search for good mixes: which strands, for how many, from when, under yearly money and posts."""
