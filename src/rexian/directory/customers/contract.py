"""What others may ask of customers."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.customers.model import CustomerKind
from rexian.directory.customers.phone import normal_phone, plain_phone
from rexian.directory.customers.service import FAMILY, customer_names, family, find, find_or_create, speaker
from rexian.directory.customers.tables import customer

__all__ = [
    "FAMILY",
    "CustomerKind",
    "by_web_id",
    "customer_names",
    "family",
    "find",
    "find_or_create",
    "kind_of",
    "normal_phone",
    "plain_phone",
    "speaker",
]

_KIND = select(customer.c.kind).where(customer.c.id == bindparam("of"))


async def by_web_id(tx: AsyncConnection, tenant_id: str, web_id: str) -> str | None:
    """Return the customer whose browser has this id, None if nobody's has."""
    return await find(tx, tenant_id, "web", web_id)


async def kind_of(tx: AsyncConnection, customer_id: str) -> str:
    """Return what kind of customer this is (`elder`, `student` …); empty when nothing special is known."""
    found = await tx.execute(_KIND, {"of": customer_id})
    return str(found.scalar_one_or_none() or "")
