"""How the simulated population shows the server that it is one: a key derived from the installation's secret.

The population enters by the same doors as everybody else. The key only marks its contacts as simulated (so that they
are kept out of the real figures) and lets it take on the demo's agents; outside of demo mode it opens nothing but the
chat of a live drill's shadow tenant.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Rexian-Simulation"

FOR_HEADER = "X-Rexian-Simulation-For"
"""`people`: the contacts of this socket may ring at real people's desks too; else simulated agents alone take them."""

SKILL = "simulated"
"""The engine skill of simulated agents, needed by those contacts that shall leave real people in peace."""

PEOPLE = "people"
"""The engine skill that a demo's contacts need when anybody may take them: simulated agents have it as a minor one, so
that a real person who is free comes first."""

MARKS = frozenset((SKILL, PEOPLE))
"""Skills that are no abilities."""


def simulation_key(secret: str) -> str:
    """Return the key that belongs to the installation's `secret`: 64 hex digits."""
    return hmac.new(secret.encode(), b"rexian simulated population", hashlib.sha256).hexdigest()


def is_simulation_key(secret: str, given: str | None) -> bool:
    """Say whether `given` (a header's value) is the key of this installation, in constant time."""
    return given is not None and hmac.compare_digest(simulation_key(secret).encode(), given.encode())
