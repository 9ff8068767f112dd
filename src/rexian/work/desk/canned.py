"""Canned answers: per tenant, in one language or for all, found by title, text, shortcut or pinyin initials."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Row, Select, or_, select

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.text import Name, ObjectId
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem, not_found
from rexian.work.desk.pinyin import initials
from rexian.work.desk.tables import canned

Shortcut = Annotated[
    str,
    Meta(min_length=1, max_length=20, pattern=r"^[^\s\x00/]+$(?!\n)", description="Typed after a slash: /nh."),
]
Text = Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
AnswerLocale = Literal["zh-CN", "en"]
_LATER = 10_000  # initials are kept up to this length


class Canned(Struct, frozen=True, kw_only=True):
    """A canned answer. `{customer}` and `{agent}` in the text are filled in by the desk."""

    id: str
    tenant_id: str
    title: str
    text: str
    shortcut: str | None
    locale: str | None
    queue_id: str | None
    initials: str


class NewCanned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make one. `initials` are derived from the title if they aren't given."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    title: Name
    text: Text
    shortcut: Shortcut | None = None
    locale: AnswerLocale | None = None
    queue_id: ObjectId | None = None
    initials: Annotated[str, Meta(max_length=80, pattern=r"^[a-z0-9]*$(?!\n)")] | None = None


class CannedChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays."""

    title: Name | None = None
    text: Text | None = None
    shortcut: Shortcut | UnsetType | None = UNSET
    locale: AnswerLocale | UnsetType | None = UNSET
    queue_id: ObjectId | UnsetType | None = UNSET
    initials: Annotated[str, Meta(max_length=80, pattern=r"^[a-z0-9]*$(?!\n)")] | None = None


def find_canned(tenants: Collection[str], text: str, locale: str | None) -> Select[Any]:
    """Select the live answers of these tenants that match `text` (taken literally) and suit the language."""
    found = select(canned).where(canned.c.tenant_id.in_(sorted(tenants)), canned.c.retired_at.is_(None))
    if locale is not None:
        found = found.where(or_(canned.c.locale == locale, canned.c.locale.is_(None)))
    if text:
        fields = (canned.c.title, canned.c.text, canned.c.shortcut, canned.c.initials)
        found = found.where(or_(*(field.icontains(text, autoescape=True) for field in fields)))
    return found


def canned_of(row: Row[Any]) -> Canned:
    return Canned(**{name: row._mapping[name] for name in Canned.__struct_fields__})


async def create_canned(act: Act, new: NewCanned) -> Canned:
    """Make a canned answer. Raises `Problem` (409 `shortcut_taken`)."""
    await _check_shortcut(act, new.shortcut, new.locale, new.id)
    row = {
        "id": new.id or new_id(),
        "tenant_id": act.tenant_id,
        "title": new.title,
        "text": new.text,
        "shortcut": new.shortcut,
        "locale": new.locale,
        "queue_id": new.queue_id,
        "initials": initials(new.title)[:_LATER] if new.initials is None else new.initials,
        "created_at": act.now_ms,
    }
    if await act.insert_once(canned, row):
        await act.note("canned.created", "canned", str(row["id"]), title=new.title)
    return await get_canned(act, str(row["id"]))


async def change_canned(act: Act, id: str, change: CannedChange) -> Canned:
    """Change what is given. Raises `Problem`: 404, 409 `shortcut_taken`."""
    before = await get_canned(act, id)
    values = changed_fields(change)
    if "title" in values and "initials" not in values and before.initials == initials(before.title):
        values["initials"] = initials(values["title"])
    if values:
        await _check_shortcut(act, values.get("shortcut", before.shortcut), values.get("locale", before.locale), id)
        await act.tx.execute(canned.update().where(canned.c.id == id).values(values))
        await act.note("canned.changed", "canned", id, fields=sorted(values))
    return await get_canned(act, id)


async def retire_canned(act: Act, id: str) -> None:
    """Take it out of use; done again, it changes nothing."""
    live = (canned.c.id == id, canned.c.retired_at.is_(None))
    if (await act.tx.execute(canned.update().where(*live).values(retired_at=act.now_ms))).rowcount:
        await act.note("canned.retired", "canned", id)


async def get_canned(act: Act, id: str) -> Canned:
    """Raises `Problem` (404)."""
    row = (await act.tx.execute(select(canned).where(canned.c.id == id, canned.c.retired_at.is_(None)))).one_or_none()
    if row is None:
        raise not_found("canned")
    return canned_of(row)


async def _check_shortcut(act: Act, shortcut: str | None, locale: str | None, own_id: str | None) -> None:
    """A shortcut means one thing within a tenant and language."""
    if shortcut is None:
        return
    live = select(canned.c.id).where(canned.c.shortcut == shortcut, canned.c.retired_at.is_(None))
    live = live.where(canned.c.tenant_id == act.tenant_id, canned.c.locale.is_not_distinct_from(locale))
    if own_id is not None:
        live = live.where(canned.c.id != own_id)
    if (await act.tx.execute(live)).first() is not None:
        errors = [{"field": "shortcut", "code": "shortcut_taken"}]
        raise Problem("shortcut_taken", 409, errors=errors, shortcut=shortcut)  # type: ignore[arg-type]
