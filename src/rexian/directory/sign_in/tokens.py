"""API tokens: what a program shows instead of a session. Shown once, stored as a hash, narrower than their owner."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.sign_in.sessions import hash_of
from rexian.directory.sign_in.tables import api_token
from rexian.kit.ids import new_id

PREFIX = "rxn_"
TOUCH_MS = 60_000


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as its owner gets it. `secret` exists nowhere else."""

    id: str
    secret: str


def looks_like_ours(bearer: str) -> bool:
    """Everything else (a JWT with whatever algorithm, an empty string) is refused without being looked at."""
    return bearer.startswith(PREFIX) and len(bearer) <= 100 and bearer.isascii()


async def issue(
    tx: AsyncConnection,
    *,
    tenant_id: str,
    person_id: str,
    name: str,
    scopes: Collection[str],
    expires_at: int | None,
    now_ms: int,
    id: str | None = None,
    secret: str | None = None,
) -> Issued:
    """Make a token. The caller has checked that `scopes` are the person's own. `secret`: only for the demo's people."""
    issued = Issued(id or new_id(), secret or PREFIX + secrets.token_urlsafe(32))
    await tx.execute(
        api_token.insert().values(
            id=issued.id,
            tenant_id=tenant_id,
            person_id=person_id,
            name=name,
            token_hash=hash_of(issued.secret),
            hint=issued.secret[-4:],
            scopes=sorted(scopes),
            created_at=now_ms,
            expires_at=expires_at,
        )
    )
    return issued


async def find_token(tx: AsyncConnection, secret: str, now_ms: int) -> Row[Any] | None:
    """Return the live token that `secret` is, noting its use; None when there is none."""
    alive = or_(api_token.c.expires_at.is_(None), api_token.c.expires_at > now_ms)
    found = (
        await tx.execute(
            select(api_token).where(api_token.c.token_hash == hash_of(secret), api_token.c.revoked_at.is_(None), alive)
        )
    ).one_or_none()
    if found is not None and (found.used_at or 0) < now_ms - TOUCH_MS:
        await tx.execute(api_token.update().where(api_token.c.id == found.id).values(used_at=now_ms))
    return found


async def tokens_of(tx: AsyncConnection, person_id: str) -> list[Row[Any]]:
    """Return the person's tokens that are not revoked, newest first."""
    mine = select(api_token).where(api_token.c.person_id == person_id, api_token.c.revoked_at.is_(None))
    return list(await tx.execute(mine.order_by(api_token.c.id.desc())))


async def revoke(tx: AsyncConnection, token_id: str, person_id: str, now_ms: int) -> bool:
    """Revoke the person's token; say whether it was there (revoked already counts as there)."""
    mine = (api_token.c.id == token_id, api_token.c.person_id == person_id)
    changed = await tx.execute(
        api_token.update().where(*mine, api_token.c.revoked_at.is_(None)).values(revoked_at=now_ms)
    )
    return bool(changed.rowcount) or (await tx.execute(select(api_token.c.id).where(*mine))).first() is not None
