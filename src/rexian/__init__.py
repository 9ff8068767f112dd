"""Rexian (热线): a contact centre that a person always answers."""

__version__ = "0.1.0"
