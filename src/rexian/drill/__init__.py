"""Simulated people for the demo: they come in by the same doors as everybody else, and their contacts are marked."""
