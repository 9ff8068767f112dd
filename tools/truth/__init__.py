"""Keeps the documentation true: generated pages match the code, cited files and tests exist, catalogues are complete."""
