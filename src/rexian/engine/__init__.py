"""The routing engine: pure and synchronous. Commands in, events out; no clock, no I/O, no randomness, no floats."""
