"""Keeps the documentation true: generated pages match the code, what is cited exists, catalogues are complete."""
