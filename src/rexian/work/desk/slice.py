"""What the desk hands to the composition root."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.slice import Slice
from rexian.runtime.tables import content
from rexian.work.desk.api import routes
from rexian.work.desk.copying import copy_settings
from rexian.work.desk.reader import DeskReader
from rexian.work.desk.tables import contact, draft


def make() -> Slice:
    return Slice(
        "desk", routes, readers=(DeskReader(),), forget_simulated=forget_simulated, copy_settings=copy_settings
    )


async def forget_simulated(tx: AsyncConnection) -> int:
    """Delete the words of simulated contacts and their rows; the journal keeps ids and instants only."""
    simulated = select(contact.c.id).where(contact.c.simulated)
    rows = 0
    for table, column in ((content, content.c.contact_id), (draft, draft.c.contact_id), (contact, contact.c.id)):
        rows += (await tx.execute(delete(table).where(column.in_(simulated)))).rowcount
    return rows
