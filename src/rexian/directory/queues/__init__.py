"""Queues: what a contact waits in, and what it asks of agents."""
