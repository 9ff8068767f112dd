"""The demo city: an operator, four invented companies, their people, customers and chat sites."""

from rexian.directory.demo.city import COMPANIES, OPERATOR
from rexian.directory.demo.people import (
    ADMIN,
    AGENT,
    DEMO_ADMIN_EMAIL,
    DEMO_AGENT_EMAIL,
    DEMO_PASSWORD,
    DEMO_SUPERVISOR_EMAIL,
    DOORS,
    SIMULATED_AGENT_IDS,
    SITE_KEYS,
    SUPERVISOR,
    email_of,
)
from rexian.directory.demo.seed import FLOOR_ID, seed

TENANT_IDS = {company.key: company.id for company in (OPERATOR, *COMPANIES)}
"""Ids of the demo's tenants by key."""

__all__ = [
    "ADMIN",
    "AGENT",
    "DEMO_ADMIN_EMAIL",
    "DEMO_AGENT_EMAIL",
    "DEMO_PASSWORD",
    "DEMO_SUPERVISOR_EMAIL",
    "DOORS",
    "FLOOR_ID",
    "SIMULATED_AGENT_IDS",
    "SITE_KEYS",
    "SUPERVISOR",
    "TENANT_IDS",
    "email_of",
    "seed",
]
