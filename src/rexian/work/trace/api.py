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
from rexian.kit.problem import Problem
from rexian.runtime.host import FloorHost
from rexian.work.desk.contract import visible_contact
from rexian.work.floors import floor_of
from rexian.work.trace.model import Reader
from rexian.work.trace.service import Trace, trace_of

# `locale` itself is the name of the dependency with the reader's language.
Wanted = Annotated[
    str | None,
    QueryParameter(name="locale", max_length=20, pattern=r"^[A-Za-z\-]*$", description="zh-CN or en; else yours."),
]


For = Annotated[
    Reader | None,
    QueryParameter(
        description="For whom: the whole story (supervisor), an agent's, or in words for the customer; else as you may."
    ),
]


@get("/api/contacts/{contact_id:uuid}/trace", opt={"scope": "contact.read"}, tags=["desk"], operation_id="getTrace",
     summary="A contact's story")  # fmt: skip
async def read_trace(
    contact_id: UUID,
    who: Principal,
    db: Database,
    clock: Clock,
    floors: FloorHost,
    locale: str,
    wanted: Wanted = None,
    reader: For = None,
) -> Trace:
    """Tell what happened to a contact, when and why, in Chinese or English.

    The whole story needs `trace.read`; whoever handled the contact may read it as agents do, or as the customer may.
    """
    known = await visible_contact(db, clock, floor_of(floors, who), who, str(contact_id))
    whole = who.may("trace.read", known.tenant_id)
    if reader == "supervisor" and not whole:
        raise Problem("scope_missing", 403, scope="trace.read")
    told = reader or ("supervisor" if whole else "agent")
    return await trace_of(db, known.tenant_id, known.id, as_locale(wanted) if wanted else locale, told)


routes = [read_trace]
