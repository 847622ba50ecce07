"""Peers and limits: the same month of children and families in C, numpy and plain Mesa; whole runs; start-up."""
