"""Rehearsals: a whole day through the real engine, under a virtual clock, before it happens."""
