"""The trace over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.i18n import as_locale
from rexian.runtime.host import FloorHost
from rexian.work.desk.contract import visible_contact
from rexian.work.floors import floor_of
from rexian.work.trace.service import Trace, trace_of

# `locale` itself is the name of the dependency with the reader's language.
Wanted = Annotated[
    str | None,
    QueryParameter(name="locale", max_length=20, pattern=r"^[A-Za-z\-]*$", description="zh-CN or en; else yours."),
]


@get("/api/contacts/{contact_id:uuid}/trace", opt={"scope": "trace.read"}, tags=["desk"], operation_id="getTrace",
     summary="A contact's story")  # fmt: skip
async def read_trace(
    contact_id: UUID,
    who: Principal,
    db: Database,
    clock: Clock,
    floors: FloorHost,
    locale: str,
    wanted: Wanted = None,
) -> Trace:
    """Tell what happened to a contact, when and why, in Chinese or English."""
    known = await visible_contact(db, clock, floor_of(floors, who), who, str(contact_id), "trace.read")
    return await trace_of(db, known.tenant_id, known.id, as_locale(wanted) if wanted else locale)


routes = [read_trace]
