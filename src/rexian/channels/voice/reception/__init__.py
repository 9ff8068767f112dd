"""Receiving callers: a flow that is data, and a pure machine that walks through it."""
