"""What others may ask of customers."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.customers.model import CustomerKind
from rexian.directory.customers.service import customer_names, family, find, find_or_create, speaker

__all__ = ["CustomerKind", "by_web_id", "customer_names", "family", "find", "find_or_create", "speaker"]


async def by_web_id(tx: AsyncConnection, tenant_id: str, web_id: str) -> str | None:
    """Return the customer whose browser has this id, None if nobody's has."""
    return await find(tx, tenant_id, "web", web_id)
