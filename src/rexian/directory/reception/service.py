"""How a tenant receives callers, which is kept in versions, and what it may name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.hours.tables import hours
from rexian.directory.queues.tables import queue
from rexian.directory.reception.checks import Known, check
from rexian.directory.reception.forms import Version
from rexian.directory.reception.model import Flow
from rexian.directory.reception.tables import FLOWS, prompt_file
from rexian.directory.versions import drafts
from rexian.directory.versions.model import Findings, Publication
from rexian.directory.versions.shelf import Shelf


async def known_of(tx: AsyncConnection, tenant_id: str) -> Known:
    """What the tenant's flow may name."""
    queues = select(queue.c.id).where(queue.c.tenant_id == tenant_id, queue.c.retired_at.is_(None))
    calendars = select(hours.c.id).where(hours.c.tenant_id == tenant_id, hours.c.retired_at.is_(None))
    files = select(prompt_file.c.key).where(prompt_file.c.tenant_id == tenant_id)
    found = [{str(row[0]) for row in await tx.execute(query)} for query in (queues, calendars, files)]
    return Known(queues=found[0], hours=found[1], files=found[2])


def version_of(shelf: Shelf, row: Row[Any]) -> Version:
    """One version with its flow."""
    return Version(**shelf.about(row), flow=FLOWS.content_of(row))


async def publish(act: Act, wanted: Publication, locale: str) -> Findings:
    """Put the draft in force and return what there is to say about it. What is in force already stays as it is.

    Raises `Problem`: 404 without such a draft, 409 `version_outdated`, 412 when it changed, 422 `reception_invalid`.
    """
    known = await known_of(act.tx, act.tenant_id)
    findings, row = await drafts.publish(act, FLOWS, wanted, lambda flow: check(flow, known, locale))
    if row is not None:
        await act.note("reception.published", "reception_flow", str(row.version), note=row.note)
    return findings


async def establish(act: Act, flow: Flow, note: str) -> None:
    """Give a tenant that has none its first flow, in force at once (the demo's seeding)."""
    await drafts.establish(act, FLOWS, flow, note)
