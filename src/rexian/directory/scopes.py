"""What each role may do: the one table of rights. A scope is `<thing>.<act>`; routes name the scope that they need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal, get_args

Role = Literal["agent", "supervisor", "reviewer", "planner", "editor", "tenant_admin", "city_operator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

SELF: Final = "self"
"""What every signed-in person may do: see and change their own session, language and second factor."""

_READING = ("contact.read", "queue.read", "people.read", "customer.read")
_HANDLING = ("desk.use", "customer.write", *_READING)
_WATCHING = ("contact.read_all", "wall.read", "trace.read", "routing.read", "routing.switch", "drill.run",
             "drill.live", "calls.join", *_READING)  # fmt: skip
_RUNNING = (
    "wall.read", "queue.read", "queue.write", "people.read", "people.write", "hours.write", "token.write",
    "webhook.write", "audit.read", "settings.read", "settings.write", "routing.read", "routing.switch", "routing.edit",
    "drill.run",
)  # fmt: skip

ROLE_SCOPES: Final[Mapping[Role, frozenset[str]]] = {
    "agent": frozenset(_HANDLING),
    "supervisor": frozenset((*_WATCHING, "customer.write", "canned.write", "settings.read", "token.write")),
    "reviewer": frozenset(("contact.read", "contact.read_all", "trace.read", "queue.read", "people.read")),
    "planner": frozenset(
        ("wall.read", "queue.read", "people.read", "hours.write", "settings.read", "routing.read", "drill.run")
    ),
    "editor": frozenset(("queue.read", "canned.write", "settings.read")),
    "tenant_admin": frozenset((*_RUNNING, *_WATCHING, "customer.write", "canned.write")),
    "city_operator": frozenset((*_RUNNING, "demo.control")),
}

SCOPES: Final[frozenset[str]] = frozenset((SELF, *(scope for held in ROLE_SCOPES.values() for scope in held)))

SERVING: Final[frozenset[str]] = frozenset((*_HANDLING, *_WATCHING))
"""What goes along when a person serves a tenant that doesn't employ them: work on contacts, never administration."""


def scopes_of(roles: Iterable[Role]) -> frozenset[str]:
    """Return all that `roles` permit together, `self` included."""
    return frozenset((SELF,)).union(*(ROLE_SCOPES[role] for role in roles))


def grants_of(
    roles: Collection[Role], *, employer: str, serves: Iterable[str], everyone: Iterable[str] = ()
) -> dict[str, frozenset[str]]:
    """Return for each tenant what a person with `roles` may do there.

    At the employer everything that the roles permit; at a served tenant the work on contacts only. A city operator runs
    the installation: `everyone` (all tenants) is theirs to administer, without a look into contacts.
    """
    held = scopes_of(roles)
    grants = dict.fromkeys(serves, held & SERVING)
    grants[employer] = held
    if "city_operator" in roles:
        for tenant in everyone:
            grants[tenant] = grants.get(tenant, frozenset()) | ROLE_SCOPES["city_operator"]
    return grants
