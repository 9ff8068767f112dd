"""Files for staff: whoever may see a contact may open what was posted to it."""

from __future__ import annotations

import sqlalchemy as sa
from litestar import get
from litestar.response import File, Stream

from rexian.channels.chat import files
from rexian.channels.chat.api import BYTES, send_file
from rexian.channels.chat.channel import ChatChannel
from rexian.channels.chat.files import FileCard
from rexian.directory.act import acting, refuse
from rexian.directory.principal import Principal
from rexian.directory.text import ObjectId
from rexian.runtime.host import FloorHost
from rexian.runtime.port import FloorPort
from rexian.runtime.tables import content
from rexian.work.desk.contract import sees_one_of
from rexian.work.floors import floor_of


@get("/api/files/{file_id:str}", opt={"scope": "contact.read"}, tags=["desk"], operation_id="getFile", responses=BYTES)
async def download_by_staff(who: Principal, chat: ChatChannel, floors: FloorHost, file_id: ObjectId) -> File | Stream:
    """Fetch a file of a contact that one may see. Only sound pictures are shown in place; the rest is a download.

    Each opening of a voice is put into the audit trail.
    """
    async with chat.db.system() as tx:
        card = (await files.cards(tx, [file_id])).get(file_id)
        posted = sa.select(content.c.contact_id).where(content.c.file_id == file_id).distinct()
        contact_ids = list(await tx.scalars(posted)) if card is not None else []
    if card is not None and not await _may_open(chat, floor_of(floors, who), who, card, contact_ids):
        await refuse(chat.db, chat.clock, who, "file", file_id)
    answer = await send_file(chat, card, shared=False)  # first: what can't be opened is heard by nobody
    if card is not None and card.type.startswith("audio/"):  # words that a caller left
        async with acting(chat.db, chat.clock, who, card.tenant_id) as act:
            await act.record("message.listened", "file", file_id, contact_id=next(iter(contact_ids), ""))
    return answer


async def _may_open(
    chat: ChatChannel, floor: FloorPort | None, who: Principal, card: FileCard, contact_ids: list[str]
) -> bool:
    """The own uploads always; one that is posted nowhere yet is for those only who may read all of the tenant."""
    if (card.by_kind, card.by_id) == ("agent", who.person_id):
        return True
    if not contact_ids:
        return card.tenant_id in who.tenants and who.may("contact.read_all", card.tenant_id)
    return await sees_one_of(chat.db, floor, who, contact_ids)


routes = [download_by_staff]
