"""Rehearsals that people start in the console: kept apart from the server, one at a time, with result and history."""
