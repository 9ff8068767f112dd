"""The companies on this installation."""
