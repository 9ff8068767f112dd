"""Routing policies: versions, drafts, what is wrong with them, and rules that are switched."""
