"""Telephone numbers: which company a dialled number leads to."""
