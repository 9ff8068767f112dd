"""Changing versions: drafting, publishing, restoring.

One draft at a time. Who saves names the state that the draft was in when it was read (its etag), so that nobody's work
is written over unseen. A version that has been published never changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from rexian.directory.act import NOBODY, Act
from rexian.directory.versions.model import Findings, Publication
from rexian.directory.versions.shelf import Content, Kind, etag_of
from rexian.kit.problem import FieldError, Problem, not_found


async def save(act: Act, kind: Kind[Content], content: Content, note: str, etag: str | None) -> None:
    """Make or replace the draft, whatever is still wrong with it. Raises `Problem`: 428, 412."""
    version, rev = await _agreed(act, kind, etag)
    values = {kind.column: msgspec.to_builtins(content), "note": note, "rev": max(act.now_ms, rev + 1)}
    made = {"created_at": act.now_ms, "created_by": _maker(act)}
    if rev:
        await act.tx.execute(kind.table.update().where(*_one(act, kind, version)).values(values | made))
    else:
        version += 1
        row = {"tenant_id": act.tenant_id, "version": version, "state": "draft"}
        await act.tx.execute(insert(kind.table).values(row | values | made))
    await act.record(f"{kind.area}.draft_saved", kind.table.name, str(version), note=note)


async def drop(act: Act, kind: Kind[Content], etag: str | None) -> None:
    """Throw the draft away. Raises `Problem`: 404 without one, 428, 412."""
    version, rev = await _agreed(act, kind, etag)
    if not rev:
        raise not_found("draft")
    await act.tx.execute(delete(kind.table).where(*_one(act, kind, version)))
    await act.record(f"{kind.area}.draft_dropped", kind.table.name, str(version))


async def restore(act: Act, kind: Kind[Content], version: int, etag: str | None) -> None:
    """Make what an old version says the draft. Raises `Problem`: 404 for an unknown version, 428, 412."""
    old = await _row(act, kind, version)
    if old is None or old.state == "draft":
        raise not_found("version")
    await save(act, kind, kind.content_of(old), old.note, etag)
    await act.record(f"{kind.area}.restored", kind.table.name, str(version))


async def publish(
    act: Act, kind: Kind[Content], wanted: Publication, look: Callable[[Content], Findings]
) -> tuple[Findings, Row[Any] | None]:
    """Put the draft in force; return what there is to say about it, and the row, or None when it was in force already.

    The caller notes it in the audit trail. Raises `Problem`: 404 without such a draft, 409 `version_outdated`,
    412 when it has changed, 422 with errors.
    """
    await _lock(act, kind)
    row = await _row(act, kind, wanted.version)
    if row is None:
        raise not_found("draft")
    if row.state == "retired":
        raise Problem("version_outdated", 409, version=wanted.version)
    findings = look(kind.content_of(row))
    if row.state == "published":
        return findings, None
    if wanted.etag is not None:
        _agree(kind, wanted.etag, row.version, row.rev)
    if findings.errors:
        raise _invalid(kind, findings)
    await _put_in_force(act, kind, wanted.version)
    return findings, row


async def establish(act: Act, kind: Kind[Content], content: Content, note: str) -> None:
    """Give a tenant that has none its first version, in force at once (the demo's seeding)."""
    row = {
        "tenant_id": act.tenant_id, "version": 1, "state": "published", "rev": 1, "note": note,
        kind.column: msgspec.to_builtins(content), "created_at": act.now_ms, "published_at": act.now_ms,
    }  # fmt: skip
    await act.tx.execute(insert(kind.table).values(row).on_conflict_do_nothing())
    await act.note(f"{kind.area}.published", kind.table.name, "1", note=note)


async def _put_in_force(act: Act, kind: Kind[Content], version: int) -> None:
    before = (kind.table.c.tenant_id == act.tenant_id, kind.table.c.state == "published")
    await act.tx.execute(kind.table.update().where(*before).values(state="retired"))
    now = {"state": "published", "published_at": act.now_ms, "published_by": _maker(act)}
    await act.tx.execute(kind.table.update().where(*_one(act, kind, version)).values(now))


async def _agreed(act: Act, kind: Kind[Content], etag: str | None) -> tuple[int, int]:
    """Return version and rev of the draft (rev 0: there is none, and the version is the last one), if `etag` agrees.

    From here to the end of the transaction nobody else changes this tenant's versions.
    """
    if etag is None:
        raise Problem("if_match_missing", 428)
    await _lock(act, kind)
    c = kind.table.c
    mine = select(c.version, c.state, c.rev).where(c.tenant_id == act.tenant_id).order_by(c.version.desc()).limit(1)
    last = (await act.tx.execute(mine)).one_or_none()
    version = last.version if last is not None else 0
    rev = last.rev if last is not None and last.state == "draft" else 0
    _agree(kind, etag, version, rev)
    return version, rev


def _agree(kind: Kind[Content], etag: str, version: int, rev: int) -> None:
    if etag.removeprefix("W/") != etag_of(version, rev):
        raise Problem(kind.changed, 412)


async def _lock(act: Act, kind: Kind[Content]) -> None:
    key = func.hashtextextended(f"{kind.table.name} {act.tenant_id}", 0)
    await act.tx.execute(select(func.pg_advisory_xact_lock(key)))


def _invalid(kind: Kind[Content], findings: Findings) -> Problem:
    """All that is wrong, as problem details."""
    errors = [
        FieldError(field=one.field, code=one.code, message=one.message, params=dict(one.params))
        for one in findings.errors
    ]
    return Problem(kind.invalid, 422, errors=errors, count=len(errors))


async def _row(act: Act, kind: Kind[Content], version: int) -> Row[Any] | None:
    return (await act.tx.execute(select(kind.table).where(*_one(act, kind, version)))).one_or_none()


def _one(act: Act, kind: Kind[Content], version: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (kind.table.c.tenant_id == act.tenant_id, kind.table.c.version == version)


def _maker(act: Act) -> str | None:
    return None if act.by_id == NOBODY else act.by_id
