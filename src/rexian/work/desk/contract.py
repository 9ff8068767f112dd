"""What other slices may use of the desk: who may see a contact, what it is called, what its codes are called."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.customers.contract import FAMILY
from rexian.kit.problem import not_found
from rexian.work.desk.access import Known, sees_one_of, visible_contact
from rexian.work.desk.detail import shelf_of, view_of
from rexian.work.desk.listing import disposition_names
from rexian.work.desk.tables import contact, interaction
from rexian.work.desk.views import ContactView
from rexian.work.names import NameBook
from rexian.work.reading import Row

__all__ = [
    "ContactView", "Known", "contact_view", "disposition_names", "last_agent", "sees_one_of", "visible_contact",
]  # fmt: skip


REMEMBERED_MS = 30 * 86_400_000
"""How long somebody who talked to a customer is the one whom that customer knows."""


_LAST_AGENT = (
    select(interaction.c.agent_id)
    .join(contact, contact.c.id == interaction.c.contact_id)
    .where(
        contact.c.tenant_id == bindparam("tenant"),
        contact.c.customer_id.in_(FAMILY),
        interaction.c.agent_id.is_not(None),
        interaction.c.consult_of.is_(None),
        interaction.c.accepted_at > bindparam("since"),
    )
    .order_by(interaction.c.accepted_at.desc())
    .limit(1)
)


async def last_agent(tx: AsyncConnection, tenant_id: str, customer_id: str, now_ms: int) -> str | None:
    """Return who talked last with this customer, under whichever of their records; None when that is long ago.

    `tx` is a system transaction.
    """
    whom = {"of": customer_id, "tenant": tenant_id, "since": now_ms - REMEMBERED_MS}
    return (await tx.execute(_LAST_AGENT, whom)).scalar_one_or_none()


def contact_view(rows: list[Row], book: NameBook, contact_id: str) -> ContactView:
    """The contact that these journal rows tell of. Raises `Problem` (404) if they tell of none."""
    found = shelf_of(rows).contacts.get(contact_id)
    if found is None:
        raise not_found("contact")
    return view_of(found, rows, book)
