"""Who still finds a line, on either engine. Limits are counted in legs: two make a call.

Whoever is in has a place for the agent who will answer them. Otherwise a long queue would take every line, and nobody
could talk to it.
"""

from __future__ import annotations

from rexian.channels.voice.port import Side


def is_full(capacity: int, customers: int, others: int) -> bool:
    """Whether no further call should be taken."""
    return max(customers + others + 2, 2 * (customers + 1)) > capacity


def has_place(capacity: int, side: Side, customers: int, others: int) -> bool:
    """Whether one more leg finds a line: those who answer find theirs, however full it is."""
    return (side != "customer" and others < customers) or customers + others < capacity
