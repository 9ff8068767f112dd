"""What others may ask of the reception: the flow in force, whether somebody answers now, a tenant's prompt files."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.hours.contract import open_now
from rexian.directory.queues.tables import queue
from rexian.directory.reception.files import files_of, sound_in
from rexian.directory.reception.model import Flow, Menu, Target
from rexian.directory.reception.service import establish, known_of
from rexian.directory.reception.tables import FLOWS
from rexian.kit.problem import Problem

__all__ = [
    "Flow",
    "establish",
    "files_of",
    "flow_for",
    "is_open",
    "known_of",
    "mended",
    "sound_in",
    "usual_flow",
]


async def flow_for(tx: AsyncConnection, tenant_id: str, entry: str = "") -> Flow:
    """Return the flow in force, or the usual one. Queues that were retired since lead to a person.

    `entry`: where the caller came in (a site, a number dialled); all of a tenant's entries share one flow for now.
    """
    present = (await FLOWS.published(tx, [tenant_id])).get(tenant_id)
    queues = await _queues(tx, tenant_id)
    return _usual(queues) if present is None else mended(present[1], queues)


async def usual_flow(tx: AsyncConnection, tenant_id: str) -> Flow:
    """What holds for a tenant that has said nothing: a greeting, then a person of its first queue."""
    return _usual(await _queues(tx, tenant_id))


async def is_open(tx: AsyncConnection, flow: Flow, now_ms: int, locale: str) -> tuple[bool, str]:
    """Say whether somebody answers now, and say it in words. A calendar that is gone closes nobody out."""
    try:
        return await open_now(tx, flow.closed.hours_id, now_ms, locale)
    except Problem:
        return await open_now(tx, None, now_ms, locale)


def mended(flow: Flow, queues: Collection[str]) -> Flow:
    """The flow without queues that are gone: their keys lead to a person, and the person to a queue that is there."""
    person = flow.person if flow.person in queues else next(iter(queues), "")

    def target(to: Target) -> Target:
        gone = to.kind == "queue" and to.queue_id not in queues
        return Target(kind="person", attributes=to.attributes) if gone else to

    def menu(one: Menu) -> Menu:
        options = tuple(msgspec.structs.replace(option, to=target(option.to)) for option in one.options)
        late = None if one.timeout_to is None else target(one.timeout_to)
        return msgspec.structs.replace(one, options=options, timeout_to=late)

    return msgspec.structs.replace(flow, person=person, menus=tuple(menu(one) for one in flow.menus))


async def _queues(tx: AsyncConnection, tenant_id: str) -> list[str]:
    """Live queues, those made for voice before the others."""
    live = select(queue.c.id).where(queue.c.tenant_id == tenant_id, queue.c.retired_at.is_(None))
    ordered = live.order_by((queue.c.medium != "voice"), queue.c.id)
    return [row.id for row in await tx.execute(ordered)]


def _usual(queues: Collection[str]) -> Flow:
    return Flow(person=next(iter(queues), ""))
