"""Fitting the model to published statistics; `sim` knows nothing of this package.

History matching in waves with Gaussian-process emulators, a posterior by Markov chain Monte Carlo on the
emulators, and checks of how far both can be believed. Everything is written against `calibration.problem.Problem`,
so that a toy can be fitted like England.
"""
