"""Versions of a tenant's routing policy: reading, drafting, publishing, restoring.

One draft at a time. Who saves names the state that the draft was in when it was read (its etag), so that nobody's work
is written over unseen. A version that has been published never changes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Text, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import NOBODY, Act
from rexian.directory.audit.tables import audit
from rexian.directory.people.tables import person
from rexian.directory.policies.checks import check
from rexian.directory.policies.model import (
    Author,
    DraftSave,
    Edition,
    Findings,
    LastSwitch,
    Version,
    body_from,
)
from rexian.directory.policies.tables import routing_policy
from rexian.directory.policies.words import in_words
from rexian.directory.policies.world import World
from rexian.directory.tenants.tables import tenant
from rexian.kit.problem import FieldError, Problem, not_found

SHOWN = 50
"""Versions in the list."""


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's versions, newest first, with the names of those who made them and the tenant's time zone."""

    rows: Sequence[Any]
    people: dict[str, str]
    zone: str

    def in_state(self, state: str) -> Row[Any] | None:
        return next((row for row in self.rows if row.state == state), None)

    @property
    def etag(self) -> str:
        """What stands for the draft as it is now, or for there being none."""
        draft = self.in_state("draft")
        if draft is not None:
            return _etag(draft.version, draft.rev)
        return _etag(max((row.version for row in self.rows), default=0), 0)


def _etag(version: int, rev: int) -> str:
    return f'"{version}.{rev}"'


async def shelf_of(tx: AsyncConnection, tenant_id: str) -> Shelf:
    """Read a tenant's versions. `tx` is a system transaction: a city operator may have made one."""
    rows = (
        await tx.execute(
            select(routing_policy)
            .where(routing_policy.c.tenant_id == tenant_id)
            .order_by(routing_policy.c.version.desc())
            .limit(SHOWN + 1)
        )
    ).all()
    ids = {id for row in rows for id in (row.created_by, row.published_by) if id}
    names = await tx.execute(select(person.c.id, person.c.name).where(person.c.id.in_(sorted(ids))))
    zone = await tx.execute(select(tenant.c.zone).where(tenant.c.tenant_id == tenant_id))
    return Shelf(rows=rows, people={row.id: row.name for row in names}, zone=str(zone.scalar_one()))


def edition_of(shelf: Shelf, row: Row[Any]) -> Edition:
    return Edition(**_edition(shelf, row))


def version_of(shelf: Shelf, row: Row[Any], world: World, locale: str) -> Version:
    """One version with its body, and what that says in `locale`."""
    body = body_from(row.body)
    return Version(**_edition(shelf, row), body=body, words=in_words(body, world, locale, shelf.zone))


def _edition(shelf: Shelf, row: Row[Any]) -> dict[str, Any]:
    def author(id: str | None) -> Author | None:
        return Author(id=id, name=shelf.people.get(id, "")) if id else None

    plain = {name: row._mapping[name] for name in ("version", "state", "note", "created_at", "published_at")}
    return plain | {"created_by": author(row.created_by), "published_by": author(row.published_by)}


# -- the draft --------------------------------------------------------------------------------------------------------
async def save_draft(act: Act, new: DraftSave, etag: str | None) -> None:
    """Make or replace the draft, whatever is still wrong with it. Raises `Problem`: 428, 412."""
    version, rev = await _agreed(act, etag)
    values = {"body": msgspec.to_builtins(new.body), "note": new.note, "rev": max(act.now_ms, rev + 1)}
    made = {"created_at": act.now_ms, "created_by": _maker(act)}
    if rev:
        await act.tx.execute(routing_policy.update().where(*_row(act, version)).values(values | made))
    else:
        version += 1
        row = {"tenant_id": act.tenant_id, "version": version, "state": "draft"}
        await act.tx.execute(insert(routing_policy).values(row | values | made))
    await act.record("routing.draft_saved", "routing_policy", str(version), note=new.note)


async def drop_draft(act: Act, etag: str | None) -> None:
    """Throw the draft away. Raises `Problem`: 404 without one, 428, 412."""
    version, rev = await _agreed(act, etag)
    if not rev:
        raise not_found("draft")
    await act.tx.execute(delete(routing_policy).where(*_row(act, version)))
    await act.record("routing.draft_dropped", "routing_policy", str(version))


async def restore(act: Act, version: int, etag: str | None) -> None:
    """Make an old version's body the draft. Raises `Problem`: 404 for an unknown version, 428, 412."""
    old = (await act.tx.execute(select(routing_policy).where(*_row(act, version)))).one_or_none()
    if old is None or old.state == "draft":
        raise not_found("version")
    await save_draft(act, DraftSave(body=body_from(old.body), note=old.note), etag)
    await act.record("routing.restored", "routing_policy", str(version))


async def _agreed(act: Act, etag: str | None) -> tuple[int, int]:
    """Return version and rev of the draft (rev 0: there is none, and the version is the last one), if `etag` agrees.

    From here to the end of the transaction nobody else changes this tenant's versions.
    """
    if etag is None:
        raise Problem("if_match_missing", 428)
    await _lock(act)
    newest = select(routing_policy.c.version, routing_policy.c.state, routing_policy.c.rev)
    mine = newest.where(routing_policy.c.tenant_id == act.tenant_id).order_by(routing_policy.c.version.desc()).limit(1)
    last = (await act.tx.execute(mine)).one_or_none()
    version = last.version if last is not None else 0
    rev = last.rev if last is not None and last.state == "draft" else 0
    if etag.removeprefix("W/") != _etag(version, rev):
        raise Problem("routing_draft_changed", 412)
    return version, rev


async def _lock(act: Act) -> None:
    key = func.hashtextextended(f"routing policy {act.tenant_id}", 0)
    await act.tx.execute(select(func.pg_advisory_xact_lock(key)))


# -- publishing -------------------------------------------------------------------------------------------------------
async def publish(act: Act, version: int, etag: str | None, world: World, locale: str) -> Findings:
    """Put the draft in force and return what there is to say about it. What is in force already stays as it is.

    Raises `Problem`: 404 without such a draft, 409 `version_outdated`, 412 when it has changed, 422 `policy_invalid`.
    """
    await _lock(act)
    row = (await act.tx.execute(select(routing_policy).where(*_row(act, version)))).one_or_none()
    if row is None:
        raise not_found("draft")
    if row.state == "retired":
        raise Problem("version_outdated", 409, version=version)
    findings = check(body_from(row.body), world, act.now_ms, locale)
    if row.state == "published":
        return findings
    if etag is not None and etag.removeprefix("W/") != _etag(row.version, row.rev):
        raise Problem("routing_draft_changed", 412)
    if findings.errors:
        raise invalid(findings)
    mine = (routing_policy.c.tenant_id == act.tenant_id, routing_policy.c.state == "published")
    await act.tx.execute(routing_policy.update().where(*mine).values(state="retired"))
    now = {"state": "published", "published_at": act.now_ms, "published_by": _maker(act)}
    await act.tx.execute(routing_policy.update().where(*_row(act, version)).values(now))
    await act.note("routing.published", "routing_policy", str(version), note=row.note, body=row.body)
    return findings


def invalid(findings: Findings) -> Problem:
    """All that is wrong, as problem details."""
    errors = [
        FieldError(field=one.field, code=one.code, message=one.message, params=dict(one.params))
        for one in findings.errors
    ]
    return Problem("policy_invalid", 422, errors=errors, count=len(errors))


async def values_seen(tx: AsyncConnection, tenant_id: str) -> dict[str, set[str]]:
    """Return the attributes that the tenant's policies name, with their values, drafts included."""
    seen: dict[str, set[str]] = {}
    mine = select(routing_policy.c.body).where(routing_policy.c.tenant_id == tenant_id)
    newest = mine.order_by(routing_policy.c.version.desc()).limit(SHOWN)
    for row in await tx.execute(newest):
        for rule in body_from(row.body).rules:
            for name, values in rule.when.items():
                seen.setdefault(name, set()).update(values)
    return seen


def _row(act: Act, version: int) -> Collection[Any]:
    return (routing_policy.c.tenant_id == act.tenant_id, routing_policy.c.version == version)


def _maker(act: Act) -> str | None:
    return None if act.by_id == NOBODY else act.by_id


async def last_switches(tx: AsyncConnection, tenant_id: str) -> dict[str, LastSwitch]:
    """Return by rule who switched it last, as the audit trail has it."""
    mine = (audit.c.tenant_id == tenant_id, audit.c.object_kind == "routing_rule")
    newest = select(func.max(audit.c.seq)).where(*mine, audit.c.action == "routing.rule_switched")
    rows = await tx.execute(
        select(audit.c.object_id, audit.c.at, audit.c.detail, audit.c.actor_id, person.c.name)
        .outerjoin(person, cast(person.c.id, Text) == audit.c.actor_id)
        .where(audit.c.tenant_id == tenant_id, audit.c.seq.in_(newest.group_by(audit.c.object_id)))
    )
    return {
        row.object_id: LastSwitch(
            at=row.at,
            by=Author(id=row.actor_id, name=row.name) if row.name else None,
            on=bool(json.loads(row.detail).get("on")),
        )
        for row in rows
    }
