"""Ids and addresses of the demo's people, the same in every demo."""

from __future__ import annotations

from typing import Final

from rexian.directory.demo.city import COMPANIES, PEOPLE, demo_id
from rexian.directory.demo.staff import SIMULATED

AGENT: Final = demo_id(PEOPLE, 1)
SUPERVISOR: Final = demo_id(PEOPLE, 2)
ADMIN: Final = demo_id(PEOPLE, 3)
_FIRST_SIMULATED = 101

DEMO_AGENT_EMAIL: Final = "agent@rexian.example"
DEMO_SUPERVISOR_EMAIL: Final = "supervisor@rexian.example"
DEMO_ADMIN_EMAIL: Final = "admin@rexian.example"
DEMO_PASSWORD: Final = "rexian-demo-2025"  # noqa: S105  (everybody may know it; the demo's doors are open anyway)

DOORS: Final = {"agent": AGENT, "supervisor": SUPERVISOR, "admin": ADMIN}
"""Who a newcomer is behind each of the front page's doors."""

SIMULATED_AGENT_IDS: Final = tuple(demo_id(PEOPLE, _FIRST_SIMULATED + number) for number in range(len(SIMULATED)))
"""The agents whom the simulated population plays; never one of those behind the doors."""

SITE_KEYS: Final = tuple(company.key for company in COMPANIES)
"""Keys of the chat sites, one per company."""

_EMAILS = {AGENT: DEMO_AGENT_EMAIL, SUPERVISOR: DEMO_SUPERVISOR_EMAIL, ADMIN: DEMO_ADMIN_EMAIL}


def email_of(person_id: str) -> str:
    """Return the e-mail address under which a person of the demo signs in."""
    return _EMAILS.get(person_id) or f"agent{int(person_id[-8:], 16) - _FIRST_SIMULATED + 1:02d}@rexian.example"
