"""Sessions of signed-in browsers: a random token in a cookie, its hash here; they end when idle, too old, or ended."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.sign_in.tables import session
from rexian.kit.ids import new_id

TOUCH_MS = 60_000  # `used_at` is written at most once a minute
ROTATE_MS = 3_600_000  # a token older than this is replaced at the next look at the session
GRACE_MS = 60_000  # the replaced token is still taken for this long: other requests may be under way with it


@dataclass(frozen=True, slots=True)
class Opened:
    """A session as its browser gets it. `token` exists nowhere else."""

    id: str
    token: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How long sessions last, in ms."""

    idle_ms: int
    longest_ms: int


def hash_of(token: str) -> bytes:
    """Return what is stored of a random token. A plain hash will do: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


async def open_session(
    tx: AsyncConnection, *, tenant_id: str, person_id: str, address: str, browser: str, limits: Limits, now_ms: int
) -> Opened:
    """Begin a session; the token is always a new one, so nobody can be lured into a session prepared for them."""
    opened = Opened(new_id(), secrets.token_urlsafe(32), now_ms + limits.longest_ms)
    await tx.execute(
        session.insert().values(
            id=opened.id,
            tenant_id=tenant_id,
            person_id=person_id,
            token_hash=hash_of(opened.token),
            rotated_at=now_ms,
            created_at=now_ms,
            used_at=now_ms,
            expires_at=opened.expires_at,
            address=address[:80],
            browser=browser[:200].replace("\0", ""),
        )
    )
    return opened


async def find_session(tx: AsyncConnection, token: str, limits: Limits, now_ms: int) -> Row[Any] | None:
    """Return the live session to which `token` belongs, noting its use; None when there is none."""
    digest = hash_of(token)
    just_replaced = and_(session.c.previous_hash == digest, session.c.rotated_at > now_ms - GRACE_MS)
    alive = and_(session.c.expires_at > now_ms, session.c.used_at > now_ms - limits.idle_ms)
    found = (
        await tx.execute(select(session).where(or_(session.c.token_hash == digest, just_replaced), alive))
    ).one_or_none()
    if found is not None and found.used_at < now_ms - TOUCH_MS:
        await tx.execute(session.update().where(session.c.id == found.id).values(used_at=now_ms))
    return found


async def rotate(tx: AsyncConnection, session_id: str, now_ms: int) -> str | None:
    """Give the session a new token and return it; None if that has just been done by another request."""
    token = secrets.token_urlsafe(32)
    changed = await tx.execute(
        session.update()
        .where(session.c.id == session_id, session.c.rotated_at <= now_ms - GRACE_MS)
        .values(token_hash=hash_of(token), previous_hash=session.c.token_hash, rotated_at=now_ms)
    )
    return token if changed.rowcount else None


async def close_session(tx: AsyncConnection, session_id: str) -> None:
    await tx.execute(delete(session).where(session.c.id == session_id))


async def close_all(tx: AsyncConnection, person_id: str, *, but: str | None = None) -> list[str]:
    """End the person's sessions (`but` one) and return the ids of those ended."""
    ended = delete(session).where(session.c.person_id == person_id)
    if but is not None:
        ended = ended.where(session.c.id != but)
    return [row.id for row in await tx.execute(ended.returning(session.c.id))]


async def forget_old(tx: AsyncConnection, limits: Limits, now_ms: int) -> int:
    """Delete sessions that have run out; return how many. For the daily tidying."""
    over = or_(session.c.expires_at <= now_ms, session.c.used_at <= now_ms - limits.idle_ms)
    return (await tx.execute(delete(session).where(over))).rowcount
