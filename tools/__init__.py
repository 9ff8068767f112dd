"""Tools for those who work on Rexian."""
