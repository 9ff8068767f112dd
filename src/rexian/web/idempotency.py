"""`Idempotency-Key` on POSTs: the same key gets the same answer for 24 hours, whatever happened to the first one's.

The key belongs to the person. Another request under a used key is refused (409), so is a repeat while the first one is
still under way. Answers that say nothing of the request (401, 403, 429, 5xx) are not kept: the next try is a real one.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from litestar import Request, Response
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.dialects.postgresql import insert

from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.web.tables import idempotency

HEADER = "idempotency-key"
KEPT_MS = 24 * 3_600_000
ABANDONED_MS = 60_000  # a claim without an answer this old was left by a process that died
MAX_KEPT = 1_000_000  # bytes of an answer
_SHAPE = re.compile(r"[\x21-\x7e]{1,200}")
_CLAIM = "rexian.idempotency"


class _Claim:
    """A key that this request has taken, until its answer is stored."""

    def __init__(self, who: Principal, key: str) -> None:
        self.who = who
        self.key = key


class Idempotency:
    """`before_request` (after the guard, before the handler), and the middleware that stores the answer."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def before_request(self, request: Request[Any, Any, Any]) -> Response[bytes] | None:
        """Answer a repeat with the stored answer; otherwise claim the key and let the handler work."""
        given = request.headers.get(HEADER)
        who = request.scope.get("user")
        if given is None or request.method != "POST" or not isinstance(who, Principal):
            return None
        if not _SHAPE.fullmatch(given):
            raise Problem("idempotency_key_bad", 400)
        fingerprint = hashlib.sha256(request.scope["path"].encode() + b"\0" + await request.body()).digest()
        now = self._clock.now_ms()
        async with self._db.tenant(who.tenant_id) as tx:
            mine = (idempotency.c.person_id == who.person_id, idempotency.c.key == given)
            old = (idempotency.c.at < now - KEPT_MS) | (
                idempotency.c.status.is_(None) & (idempotency.c.at < now - ABANDONED_MS)
            )
            await tx.execute(idempotency.delete().where(idempotency.c.person_id == who.person_id, old))
            row = {"tenant_id": who.tenant_id, "person_id": who.person_id, "key": given}
            claim = insert(idempotency).values(row | {"fingerprint": fingerprint, "at": now}).on_conflict_do_nothing()
            if (await tx.execute(claim.returning(idempotency.c.key))).first() is not None:
                request.scope[_CLAIM] = _Claim(who, given)  # type: ignore[literal-required]
                return None
            known = (await tx.execute(idempotency.select().where(*mine))).one_or_none()
        if known is None or known.status is None:
            raise Problem("idempotency_in_progress", 409, retry_after_s=1)
        if known.fingerprint != fingerprint:
            raise Problem("idempotency_key_reused", 409)
        return Response(
            known.body,
            status_code=known.status,
            media_type=known.content_type,
            headers={"idempotency-replayed": "true"},
        )

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Wrap `app`: what goes out for a request that claimed a key is stored before it goes out."""

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if scope.get("method") != "POST":
                await app(scope, receive, send)
                return
            answer = _Answer()

            async def sending(message: Message) -> None:
                claim = scope.get(_CLAIM)
                if isinstance(claim, _Claim) and answer.take(message):
                    await self._store(claim, answer)
                await send(message)

            try:
                await app(scope, receive, sending)
            except BaseException:
                claim = scope.get(_CLAIM)
                if isinstance(claim, _Claim) and not answer.complete:
                    await self._release(claim)
                raise

        return wrapped

    async def _store(self, claim: _Claim, answer: _Answer) -> None:
        if answer.status >= 500 or answer.status in (401, 403, 429) or len(answer.body) > MAX_KEPT:
            await self._release(claim)
            return
        values = {"status": answer.status, "content_type": answer.content_type, "body": bytes(answer.body)}
        async with self._db.tenant(claim.who.tenant_id) as tx:
            await tx.execute(idempotency.update().where(*_of(claim)).values(values))

    async def _release(self, claim: _Claim) -> None:
        async with self._db.tenant(claim.who.tenant_id) as tx:
            await tx.execute(idempotency.delete().where(*_of(claim)))


class _Answer:
    def __init__(self) -> None:
        self.status = 0
        self.content_type = ""
        self.body = bytearray()
        self.complete = False

    def take(self, message: Message) -> bool:
        """Collect a part; True when this was the last one."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            found = (value for name, value in message["headers"] if name.lower() == b"content-type")
            self.content_type = next(found, b"application/json").decode("latin-1")
            return False
        if message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.complete = not message.get("more_body", False)
            return self.complete
        return False


def _of(claim: _Claim) -> tuple[Any, ...]:
    return (
        idempotency.c.tenant_id == claim.who.tenant_id,
        idempotency.c.person_id == claim.who.person_id,
        idempotency.c.key == claim.key,
    )
