"""Making, changing and finding chat sites."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.hours.service import check_hours
from rexian.directory.queues.tables import queue
from rexian.directory.sites.model import NewSite, Site, SiteChange, Topic, check_origins, check_topics
from rexian.directory.sites.tables import site
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem, not_found

_PLAIN = ("key", "name", "name_en", "greeting", "greeting_en", "colour", "hours_id")


async def create_site(act: Act, new: NewSite) -> Site:
    """Make a chat site; `act.tx` is a system transaction, because keys are the installation's.

    Raises `Problem`: 409 `key_taken`, `name_taken`, 400 `unknown_queue`, `unknown_hours`, `bad_origin`, `topic_twice`.
    """
    await _check(act, new.origins, new.topics, new.hours_id)
    await act.check_name(site, new.name, new.id)
    holder = (await act.tx.execute(select(site.c.id).where(site.c.key == new.key))).scalar_one_or_none()
    if holder not in (None, new.id):
        raise Problem("key_taken", 409, errors=[{"field": "key", "code": "key_taken"}], key=new.key)
    row: dict[str, Any] = {name: getattr(new, name) for name in _PLAIN}
    row |= {
        "id": new.id or new_id(),
        "tenant_id": act.tenant_id,
        "name_en": new.name_en or new.name,
        "greeting_en": new.greeting_en or new.greeting,
        "origins": new.origins,
        "topics": msgspec.to_builtins(new.topics),
    }
    if await act.insert_once(site, {**row, "created_at": act.now_ms}):
        await act.note("site.created", "chat_site", row["id"], key=new.key, name=new.name, origins=new.origins)
    return await get_site(act.tx, row["id"])


async def change_site(act: Act, site_id: str, change: SiteChange) -> Site:
    """Change what is given, leave the rest. Raises as `create_site` does."""
    values = changed_fields(change)
    await _check(act, change.origins or [], change.topics or [], values.get("hours_id"))
    if change.name is not None:
        await act.check_name(site, change.name, site_id)
    if change.topics is not None:
        values["topics"] = msgspec.to_builtins(change.topics)
    if values:
        await act.tx.execute(site.update().where(site.c.id == site_id).values(values))
        await act.note("site.changed", "chat_site", site_id, **values)
    return await get_site(act.tx, site_id)


async def retire_site(act: Act, site_id: str) -> None:
    """Close the site: its widget finds nothing any more. Open chats go on."""
    live = (site.c.id == site_id, site.c.retired_at.is_(None))
    if (await act.tx.execute(site.update().where(*live).values(retired_at=act.now_ms))).rowcount:
        await act.note("site.retired", "chat_site", site_id)


def sites(reach: Collection[str], *, retired: bool = False) -> Select[Any]:
    found = select(site).where(site.c.tenant_id.in_(list(reach)))
    return found if retired else found.where(site.c.retired_at.is_(None))


async def get_site(tx: AsyncConnection, site_id: str) -> Site:
    row = (await tx.execute(select(site).where(site.c.id == site_id))).one_or_none()
    if row is None:
        raise not_found("site")
    return site_of(row)


def site_of(row: Row[Any]) -> Site:
    return Site(
        id=row.id,
        tenant_id=row.tenant_id,
        origins=row.origins,
        topics=msgspec.convert(row.topics, list[Topic]),
        retired=row.retired_at is not None,
        **{name: row._mapping[name] for name in _PLAIN},
    )


async def _check(act: Act, origins: Sequence[str], topics: Sequence[Topic], hours_id: str | None) -> None:
    check_origins(list(origins))
    check_topics(list(topics))
    await check_hours(act, hours_id)
    wanted = [topic.queue_id for topic in topics]
    own = select(queue.c.id).where(
        queue.c.id.in_(wanted),
        queue.c.tenant_id == act.tenant_id,
        queue.c.retired_at.is_(None),
        queue.c.medium == "chat",
    )
    found = {row.id for row in await act.tx.execute(own)}
    for index, queue_id in enumerate(wanted):
        if queue_id not in found:
            field = f"topics.{index}.queue_id"
            raise Problem("unknown_queue", 400, errors=[{"field": field, "code": "unknown_queue"}])
