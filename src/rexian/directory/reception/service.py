"""Versions of a tenant's flow: reading, drafting, publishing, restoring. As routing policies are kept.

One draft at a time; who saves names the state in which they read it (its etag). What was published never changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import NOBODY, Act
from rexian.directory.hours.tables import hours
from rexian.directory.people.tables import person
from rexian.directory.queues.tables import queue
from rexian.directory.reception.checks import Findings, Known, check
from rexian.directory.reception.forms import Author, Edition, FlowSave, Version
from rexian.directory.reception.model import Flow, flow_from
from rexian.directory.reception.tables import prompt_file, reception_flow
from rexian.kit.problem import FieldError, Problem, not_found

SHOWN = 50
table = reception_flow


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's versions, newest first, with the names of those who made them."""

    rows: Sequence[Any]
    people: dict[str, str]

    def in_state(self, state: str) -> Row[Any] | None:
        return next((row for row in self.rows if row.state == state), None)

    @property
    def etag(self) -> str:
        draft = self.in_state("draft")
        if draft is not None:
            return _etag(draft.version, draft.rev)
        return _etag(max((row.version for row in self.rows), default=0), 0)


def _etag(version: int, rev: int) -> str:
    return f'"{version}.{rev}"'


async def shelf_of(tx: AsyncConnection, tenant_id: str) -> Shelf:
    """Read a tenant's versions. `tx` is a system transaction: a city operator may have made one."""
    newest = select(table).where(table.c.tenant_id == tenant_id).order_by(table.c.version.desc()).limit(SHOWN + 1)
    rows = (await tx.execute(newest)).all()
    ids = {id for row in rows for id in (row.created_by, row.published_by) if id}
    names = await tx.execute(select(person.c.id, person.c.name).where(person.c.id.in_(sorted(ids))))
    return Shelf(rows=rows, people={row.id: row.name for row in names})


async def known_of(tx: AsyncConnection, tenant_id: str) -> Known:
    """What the tenant's flow may name."""
    queues = select(queue.c.id).where(queue.c.tenant_id == tenant_id, queue.c.retired_at.is_(None))
    calendars = select(hours.c.id).where(hours.c.tenant_id == tenant_id, hours.c.retired_at.is_(None))
    files = select(prompt_file.c.key).where(prompt_file.c.tenant_id == tenant_id)
    found = [{str(row[0]) for row in await tx.execute(query)} for query in (queues, calendars, files)]
    return Known(queues=found[0], hours=found[1], files=found[2])


def edition_of(shelf: Shelf, row: Row[Any]) -> Edition:
    return Edition(**_edition(shelf, row))


def version_of(shelf: Shelf, row: Row[Any]) -> Version:
    return Version(**_edition(shelf, row), flow=flow_from(row.flow))


def _edition(shelf: Shelf, row: Row[Any]) -> dict[str, Any]:
    def author(id: str | None) -> Author | None:
        return Author(id=id, name=shelf.people.get(id, "")) if id else None

    plain = {name: row._mapping[name] for name in ("version", "state", "note", "created_at", "published_at")}
    return plain | {"created_by": author(row.created_by), "published_by": author(row.published_by)}


# -- the draft ---------------------------------------------------------------------------------------------------------
async def save_draft(act: Act, new: FlowSave, etag: str | None) -> None:
    """Make or replace the draft, whatever is still wrong with it. Raises `Problem`: 428, 412."""
    version, rev = await _agreed(act, etag)
    values = {"flow": msgspec.to_builtins(new.flow), "note": new.note, "rev": max(act.now_ms, rev + 1)}
    made = {"created_at": act.now_ms, "created_by": _maker(act)}
    if rev:
        await act.tx.execute(table.update().where(*_row(act, version)).values(values | made))
    else:
        version += 1
        row = {"tenant_id": act.tenant_id, "version": version, "state": "draft"}
        await act.tx.execute(insert(table).values(row | values | made))
    await act.record("reception.draft_saved", "reception_flow", str(version), note=new.note)


async def drop_draft(act: Act, etag: str | None) -> None:
    """Throw the draft away. Raises `Problem`: 404 without one, 428, 412."""
    version, rev = await _agreed(act, etag)
    if not rev:
        raise not_found("draft")
    await act.tx.execute(delete(table).where(*_row(act, version)))
    await act.record("reception.draft_dropped", "reception_flow", str(version))


async def restore(act: Act, version: int, etag: str | None) -> None:
    """Make an old version the draft. Raises `Problem`: 404 for an unknown version, 428, 412."""
    old = (await act.tx.execute(select(table).where(*_row(act, version)))).one_or_none()
    if old is None or old.state == "draft":
        raise not_found("version")
    await save_draft(act, FlowSave(flow=flow_from(old.flow), note=old.note), etag)
    await act.record("reception.restored", "reception_flow", str(version))


async def publish(act: Act, version: int, etag: str | None, locale: str) -> Findings:
    """Put the draft in force and return what there is to say about it. What is in force already stays as it is.

    Raises `Problem`: 404 without such a draft, 409 `version_outdated`, 412 when it changed, 422 `reception_invalid`.
    """
    await _lock(act)
    row = (await act.tx.execute(select(table).where(*_row(act, version)))).one_or_none()
    if row is None:
        raise not_found("draft")
    if row.state == "retired":
        raise Problem("version_outdated", 409, version=version)
    findings = check(flow_from(row.flow), await known_of(act.tx, act.tenant_id), locale)
    if row.state == "published":
        return findings
    if etag is not None and etag.removeprefix("W/") != _etag(row.version, row.rev):
        raise Problem("reception_draft_changed", 412)
    if findings.errors:
        raise invalid(findings)
    mine = (table.c.tenant_id == act.tenant_id, table.c.state == "published")
    await act.tx.execute(table.update().where(*mine).values(state="retired"))
    now = {"state": "published", "published_at": act.now_ms, "published_by": _maker(act)}
    await act.tx.execute(table.update().where(*_row(act, version)).values(now))
    await act.note("reception.published", "reception_flow", str(version), note=row.note)
    return findings


def invalid(findings: Findings) -> Problem:
    """All that is wrong, as problem details."""
    errors = [
        FieldError(field=one.field, code=one.code, message=one.message, params=dict(one.params))
        for one in findings.errors
    ]
    return Problem("reception_invalid", 422, errors=errors, count=len(errors))


async def establish(act: Act, flow: Flow, note: str) -> None:
    """Give a tenant that has none its first flow, in force at once (the demo's seeding)."""
    row = {
        "tenant_id": act.tenant_id, "version": 1, "state": "published", "rev": 1, "note": note,
        "flow": msgspec.to_builtins(flow), "created_at": act.now_ms, "published_at": act.now_ms,
    }  # fmt: skip
    await act.tx.execute(insert(table).values(row).on_conflict_do_nothing())
    await act.note("reception.published", "reception_flow", "1", note=note)


async def _agreed(act: Act, etag: str | None) -> tuple[int, int]:
    """Return version and rev of the draft (rev 0: there is none, and the version is the last one), if `etag` agrees.

    From here to the end of the transaction nobody else changes this tenant's versions.
    """
    if etag is None:
        raise Problem("if_match_missing", 428)
    await _lock(act)
    newest = select(table.c.version, table.c.state, table.c.rev).where(table.c.tenant_id == act.tenant_id)
    last = (await act.tx.execute(newest.order_by(table.c.version.desc()).limit(1))).one_or_none()
    version = last.version if last is not None else 0
    rev = last.rev if last is not None and last.state == "draft" else 0
    if etag.removeprefix("W/") != _etag(version, rev):
        raise Problem("reception_draft_changed", 412)
    return version, rev


async def _lock(act: Act) -> None:
    key = func.hashtextextended(f"reception {act.tenant_id}", 0)
    await act.tx.execute(select(func.pg_advisory_xact_lock(key)))


def _row(act: Act, version: int) -> Collection[Any]:
    return (table.c.tenant_id == act.tenant_id, table.c.version == version)


def _maker(act: Act) -> str | None:
    return None if act.by_id == NOBODY else act.by_id
