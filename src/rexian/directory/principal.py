"""Who asks: the person behind a request or a socket, and what they may do with which tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rexian.directory.scopes import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A person who has proved who they are.

    `tenant_id` is the employer, `tenants` the employer and the tenants served. `scopes` is everything that the person
    may do somewhere (for the route guard); what they may do with one tenant's things is answered by `may`.
    `address` is where the request came from (for the audit trail).
    `session_id` is the session's id, or the token's for `via == "token"`. `practice`: those of the tenants where they
    only practise, in a live drill.
    """

    person_id: str
    tenant_id: str
    name: str
    locale: str
    roles: frozenset[Role]
    tenants: frozenset[str]
    scopes: frozenset[str]
    session_id: str
    via: Literal["session", "token"]
    agent: bool = False
    floor_id: str | None = None
    theme: str = "system"
    address: str = ""
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    practice: frozenset[str] = frozenset()

    def may(self, scope: str, tenant_id: str) -> bool:
        """Say whether `scope` is theirs at this tenant."""
        return scope in self.scopes and scope in self.grants.get(tenant_id, frozenset())

    def reach(self, scope: str) -> frozenset[str]:
        """Return the tenants at which `scope` is theirs, for lists and sums: practice is never mixed into those."""
        return self.everywhere(scope) - self.practice

    def everywhere(self, scope: str) -> frozenset[str]:
        """Return the tenants at which `scope` is theirs, those where they practise included."""
        return frozenset(tenant for tenant in self.grants if self.may(scope, tenant))
