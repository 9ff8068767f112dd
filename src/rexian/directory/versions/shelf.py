"""Reading versions: what there is of a tenant, who made it, and the etag that stands for its draft."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.people.tables import person
from rexian.directory.versions.model import Author, Edition
from rexian.kit.problem import not_found

SHOWN = 50
"""Versions in the list."""

Content = TypeVar("Content")


def etag_of(version: int, rev: int) -> str:
    """What stands for a draft as it is; rev 0: there is none, and the version is the last one."""
    return f'"{version}.{rev}"'


@dataclass(frozen=True, slots=True)
class Kind(Generic[Content]):
    """Something that is kept in versions, and what it is called.

    `column` has what a version says, a `content`; `area` begins its actions in the audit trail; `changed` and `invalid`
    are the problems' codes when the draft has changed since it was read, and when it can't be published.
    """

    table: Table
    column: str
    content: type[Content]
    area: str
    changed: str
    invalid: str

    def content_of(self, row: Row[*tuple[Any, ...]]) -> Content:
        """What a version says. A field that is not known any more is an error of ours, not the reader's."""
        return msgspec.convert(row._mapping[self.column], self.content)

    async def published(self, tx: AsyncConnection, tenants: Collection[str]) -> dict[str, tuple[int, Content]]:
        """Return what is in force: version and content by tenant."""
        c = self.table.c
        found = select(self.table).where(c.tenant_id.in_(list(tenants)), c.state == "published")
        return {row.tenant_id: (row.version, self.content_of(row)) for row in await tx.execute(found)}

    async def drafted(self, tx: AsyncConnection, tenant_id: str) -> tuple[int, Content] | None:
        """Return the tenant's draft, version and content, as it was last saved."""
        found = select(self.table).where(self.table.c.tenant_id == tenant_id, self.table.c.state == "draft")
        row = (await tx.execute(found)).one_or_none()
        return None if row is None else (row.version, self.content_of(row))

    async def shelf(self, tx: AsyncConnection, tenant_id: str) -> Shelf:
        """Read a tenant's versions. `tx` is a system transaction: a city operator may have made one."""
        mine = select(self.table).where(self.table.c.tenant_id == tenant_id)
        rows = (await tx.execute(mine.order_by(self.table.c.version.desc()).limit(SHOWN + 1))).all()
        ids = {id for row in rows for id in (row.created_by, row.published_by) if id}
        names = await tx.execute(select(person.c.id, person.c.name).where(person.c.id.in_(sorted(ids))))
        return Shelf(rows=rows, people={row.id: row.name for row in names})


@dataclass(frozen=True, slots=True)
class Shelf:
    """A tenant's versions, newest first, with the names of those who made them."""

    rows: Sequence[Row[Any]]
    people: dict[str, str]

    def in_state(self, state: str) -> Row[Any] | None:
        return next((row for row in self.rows if row.state == state), None)

    def draft(self) -> Row[Any]:
        """Raises `Problem` (404)."""
        row = self.in_state("draft")
        if row is None:
            raise not_found("draft")
        return row

    def present(self) -> Row[Any]:
        """What is in force. Raises `Problem` (404)."""
        row = self.in_state("published")
        if row is None:
            raise not_found("version")
        return row

    @property
    def etag(self) -> str:
        """What stands for the draft as it is now, or for there being none."""
        draft = self.in_state("draft")
        if draft is not None:
            return etag_of(draft.version, draft.rev)
        return etag_of(max((row.version for row in self.rows), default=0), 0)

    @property
    def editions(self) -> list[Edition]:
        """The list of versions, without the draft."""
        return [Edition(**self.about(row)) for row in self.rows if row.state != "draft"][:SHOWN]

    def about(self, row: Row[Any]) -> dict[str, Any]:
        """The fields of an `Edition`."""
        plain = {name: row._mapping[name] for name in ("version", "state", "note", "created_at", "published_at")}
        return plain | {"created_by": self._author(row.created_by), "published_by": self._author(row.published_by)}

    def _author(self, id: str | None) -> Author | None:
        return Author(id=id, name=self.people.get(id, "")) if id else None
