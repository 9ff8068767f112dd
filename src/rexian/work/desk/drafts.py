"""Drafts: what an agent has typed and not sent lies on the server, so another browser or a restart finds it again."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.problem import Problem
from rexian.work.desk.tables import draft


class Draft(Struct, frozen=True, kw_only=True):
    """The text and its revision, 0 when there has never been one."""

    text: str
    rev: int


class DraftChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new text, and the revision that it is based on."""

    text: Annotated[str, Meta(max_length=8_000, pattern=r"^[^\x00]*$")]
    rev: Annotated[int, Meta(ge=0, le=2**31 - 2)]


class DraftSaved(Struct, frozen=True, kw_only=True):
    rev: int


async def get_draft(tx: AsyncConnection, contact_id: str, person_id: str) -> Draft:
    """The draft of this person in this contact."""
    row = (
        await tx.execute(select(draft).where(draft.c.contact_id == contact_id, draft.c.person_id == person_id))
    ).one_or_none()
    return Draft(text="", rev=0) if row is None else Draft(text=row.text, rev=row.rev)


async def put_draft(
    tx: AsyncConnection, tenant_id: str, contact_id: str, person_id: str, change: DraftChange, now: int
) -> DraftSaved:
    """Save the text if nothing newer is stored; the same change again is answered as the first time.

    Raises `Problem` (409 `draft_changed`): somebody (the same person in another browser) was faster.
    """
    mine = (draft.c.contact_id == contact_id, draft.c.person_id == person_id)
    rev = change.rev + 1
    if change.rev == 0:
        row = {"contact_id": contact_id, "person_id": person_id, "tenant_id": tenant_id}
        made = insert(draft).values(row | {"text": change.text, "rev": rev, "at": now}).on_conflict_do_nothing()
        if (await tx.execute(made.returning(draft.c.rev))).first() is not None:
            return DraftSaved(rev=rev)
    changed = draft.update().where(*mine, draft.c.rev == change.rev).values(text=change.text, rev=rev, at=now)
    if (await tx.execute(changed)).rowcount:
        return DraftSaved(rev=rev)
    stored = await get_draft(tx, contact_id, person_id)
    if (stored.rev, stored.text) == (rev, change.text):
        return DraftSaved(rev=rev)
    if stored.rev == 0:  # the draft was done with (wrapped up) and begins anew
        return await put_draft(tx, tenant_id, contact_id, person_id, DraftChange(text=change.text, rev=0), now)
    raise Problem("draft_changed", 409, rev=stored.rev)
