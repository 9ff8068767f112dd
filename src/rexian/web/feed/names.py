"""Names for ids: queues, tenants, agents and customers, as the directory has them.

The floor and its journal know ids only. Directory names are few and kept whole; customers' names are kept for the
contacts at hand. An unknown name is shown empty, fetched, and the objects that need it are then sent again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from msgspec import Struct

CUSTOMERS_KEPT = 50_000


class Title(Struct, frozen=True):
    """A name in both languages; `en` is empty where there is only one."""

    zh: str = ""
    en: str = ""


NOBODY = Title()


class AgentCard(Struct, frozen=True, kw_only=True):
    name: str
    tenant_id: str
    level: int = 1
    team: Title | None = None


class Names:
    """A cache that never waits. `on_missing_customers` is told (at most once per id and round) what to fetch."""

    def __init__(self) -> None:
        self.queues: dict[str, Title] = {}
        self.tenants: dict[str, Title] = {}
        self.agents: dict[str, AgentCard] = {}
        self.practice: frozenset[str] = frozenset()  # tenants that are shadows of others: live drills
        self.discreet: frozenset[str] = frozenset()  # tenants whose agents don't see who listens or whispers
        self.media: dict[str, str] = {}  # queue → the medium of its contacts
        self.zones: dict[str, str] = {}  # tenant → IANA time zone
        self.rules: dict[tuple[str, str], Title] = {}  # (tenant, rule) → name
        self.goals: dict[str, int] = {}  # queue → service level goal in percent
        self._customers: OrderedDict[str, str] = OrderedDict()
        self._missing: set[str] = set()
        self.on_missing: Callable[[], None] | None = None

    def queue(self, queue_id: str) -> Title:
        return self.queues.get(queue_id, NOBODY)

    def tenant(self, tenant_id: str) -> Title:
        return self.tenants.get(tenant_id, NOBODY)

    def rule(self, tenant_id: str, rule_id: str) -> Title:
        """A routing rule's name; one that the directory doesn't know (yet) is called by its id."""
        return self.rules.get((tenant_id, rule_id)) or Title(rule_id, rule_id)

    def hides_listeners(self, tenant_id: str) -> bool:
        return tenant_id in self.discreet

    def agent(self, agent_id: str) -> AgentCard | None:
        return self.agents.get(agent_id)

    def customer(self, customer_id: str) -> str:
        name = self._customers.get(customer_id)
        if name is None:
            if customer_id and not self._missing and self.on_missing is not None:
                self.on_missing()
            if customer_id:
                self._missing.add(customer_id)
            return ""
        return name

    def take_missing(self) -> list[str]:
        """The customers whose names were asked for in vain; the list starts anew."""
        missing, self._missing = sorted(self._missing), set()
        return missing

    def put_customers(self, names: Iterable[tuple[str, str]]) -> None:
        for customer_id, name in names:
            self._customers[customer_id] = name
            self._customers.move_to_end(customer_id)
        while len(self._customers) > CUSTOMERS_KEPT:
            self._customers.popitem(last=False)
