"""Channels: the ways in which a customer reaches a person."""
