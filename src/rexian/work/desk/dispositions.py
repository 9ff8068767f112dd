"""Dispositions: how a contact ended, as codes per tenant, in groups. A code that was used is never changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Row, Select, select

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.text import Key, Name, NameEn, ObjectId
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem, not_found
from rexian.work.desk.tables import disposition

Position = Annotated[int, Meta(ge=0, le=10_000, description="Order within the group.")]
_group = disposition.alias("grp")


class Disposition(Struct, frozen=True, kw_only=True):
    """A code to choose, or (`is_group`) a heading over several."""

    id: str
    tenant_id: str
    code: str
    name: str
    name_en: str
    is_group: bool
    parent_id: str | None
    group: str | None
    group_en: str | None
    position: int
    retired: bool


class NewDisposition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make one."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    code: Key
    name: Name
    name_en: NameEn = ""
    parent_id: ObjectId | None = None
    is_group: bool = False
    position: Position = 0


class DispositionChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; the code stays, since contacts carry it. `retired` false brings it back."""

    name: Name | None = None
    name_en: NameEn | None = None
    parent_id: ObjectId | UnsetType | None = UNSET
    position: Position | None = None
    retired: bool | None = None


def find_dispositions(tenants: Collection[str], *, retired: bool, groups: bool) -> Select[Any]:
    """Select the dispositions of these tenants in their order; retired ones and headings if asked for."""
    found = (
        select(disposition, _group.c.name.label("group"), _group.c.name_en.label("group_en"))
        .outerjoin(_group, _group.c.id == disposition.c.parent_id)
        .where(disposition.c.tenant_id.in_(sorted(tenants)))
        .order_by(disposition.c.tenant_id, _group.c.position.nulls_first(), disposition.c.position, disposition.c.code)
    )
    if not retired:
        found = found.where(disposition.c.retired_at.is_(None))
    return found if groups else found.where(disposition.c.is_group.is_(False))


def disposition_of(row: Row[Any]) -> Disposition:
    return Disposition(
        id=row.id, tenant_id=row.tenant_id, code=row.code, name=row.name, name_en=row.name_en, is_group=row.is_group,
        parent_id=row.parent_id, group=row.group, group_en=row.group_en, position=row.position,
        retired=row.retired_at is not None,
    )  # fmt: skip


async def create_disposition(act: Act, new: NewDisposition) -> Disposition:
    """Make one. Raises `Problem`: 409 `code_taken`, 400 `unknown_group`."""
    await _check_parent(act, new.parent_id, new.is_group)
    taken = select(disposition.c.id).where(disposition.c.tenant_id == act.tenant_id, disposition.c.code == new.code)
    if new.id is not None:
        taken = taken.where(disposition.c.id != new.id)
    if (await act.tx.execute(taken)).first() is not None:
        raise Problem("code_taken", 409, errors=[{"field": "code", "code": "code_taken"}], value=new.code)
    row = {
        "id": new.id or new_id(),
        "tenant_id": act.tenant_id,
        "code": new.code,
        "name": new.name,
        "name_en": new.name_en or new.name,
        "parent_id": new.parent_id,
        "is_group": new.is_group,
        "position": new.position,
        "created_at": act.now_ms,
    }
    if await act.insert_once(disposition, row):
        await act.note("disposition.created", "disposition", str(row["id"]), code=new.code)
    return await get_disposition(act, str(row["id"]))


async def change_disposition(act: Act, id: str, change: DispositionChange) -> Disposition:
    """Change what is given. Raises `Problem`: 404, 400 `unknown_group`."""
    before = await get_disposition(act, id)
    values = changed_fields(change)
    if values.get("parent_id") is not None:
        await _check_parent(act, values["parent_id"], before.is_group)
    if "retired" in values:
        values["retired_at"] = act.now_ms if values.pop("retired") else None
    if values:
        await act.tx.execute(disposition.update().where(disposition.c.id == id).values(values))
        await act.note("disposition.changed", "disposition", id, fields=sorted(values))
    return await get_disposition(act, id)


async def get_disposition(act: Act, id: str) -> Disposition:
    """Raises `Problem` (404)."""
    found = find_dispositions([act.tenant_id], retired=True, groups=True).where(disposition.c.id == id)
    row = (await act.tx.execute(found)).one_or_none()
    if row is None:
        raise not_found("disposition")
    return disposition_of(row)


async def _check_parent(act: Act, parent_id: str | None, is_group: bool) -> None:
    """Two levels: headings stand at the top, codes may stand under one."""
    if parent_id is None:
        return
    found = select(disposition.c.id).where(
        disposition.c.id == parent_id, disposition.c.tenant_id == act.tenant_id, disposition.c.is_group
    )
    if is_group or (await act.tx.execute(found)).first() is None:
        raise Problem("unknown_group", 400, errors=[{"field": "parent_id", "code": "unknown_group"}])
