"""Signing in and out, and finding out who asks: the one door to everything that is not public."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row, Select, Table, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.audit.service import Actor, record
from rexian.directory.people.tables import person
from rexian.directory.principal import Principal
from rexian.directory.sign_in import brake, sessions, tokens, totp
from rexian.directory.sign_in.password import Passwords
from rexian.directory.sign_in.principals import load_principal
from rexian.directory.sign_in.tables import api_token, credential, session
from rexian.directory.sign_in.vault import Vault
from rexian.directory.signals import announce
from rexian.directory.tenants.tables import tenant
from rexian.directory.text import email_key
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.kit.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with the session that has just begun."""

    who: Principal
    session: sessions.Opened


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from."""

    address: str
    browser: str = ""


class SignIn:
    """Made once per process by the composition root."""

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self.db = db
        self.clock = clock
        self.vault = Vault(settings.secret)
        self.passwords = Passwords(settings.argon2_memory_kib)
        self.limits = sessions.Limits(settings.session_idle_s * 1000, settings.session_max_s * 1000)
        self.demo = settings.demo
        self._notes: set[asyncio.Task[None]] = set()

    async def sign_in(self, email: str, password: str, code: str | None, caller: Caller) -> SignedIn:
        """Check password and second factor and begin a session.

        Raises `Problem`: 401 `sign_in_failed` (whatever was wrong: account, password, deprovisioned), `totp_required`,
        `totp_wrong` (both only once the password was right), 429 `throttled`.
        """
        account = email_key(email)
        keys = brake.Keys.of(self.vault, account, caller.address)
        async with self.db.system() as tx:
            await brake.count(tx, keys, self.clock.now_ms())
            known = await _account(tx, account)
        encoded = known.password_hash if known else None
        right = await self.passwords.matches(encoded, password)
        async with self.db.system() as tx:
            if known is None or not right or not known.active or not known.employer_active:
                self._note_later(known, caller, "sign_in_failed")
                raise Problem("sign_in_failed", 401)
            await self._second_factor(tx, known, code, caller)
            await brake.forgive(tx, keys)
            if self.passwords.outdated(encoded or ""):
                await set_hash(tx, known.tenant_id, known.id, await self.passwords.hash(password), self.clock.now_ms())
            return await self._begin(tx, known, caller, how="password")

    async def enter(self, person_id: str, caller: Caller, *, how: str) -> SignedIn:
        """Begin a session without a password. The caller has made sure that this is a demo."""
        async with self.db.system() as tx:
            known = (await tx.execute(_accounts().where(person.c.id == person_id, person.c.active))).one_or_none()
            if known is None:
                raise Problem("sign_in_failed", 401)
            return await self._begin(tx, known, caller, how=how)

    async def resolve_session(self, token: str) -> Principal | None:
        """Return whose session `token` is, or None. Its use is noted, which keeps it from running idle."""
        async with self.db.system() as tx:
            found = await sessions.find_session(tx, token, self.limits, self.clock.now_ms())
            if found is None:
                return None
            return await load_principal(tx, found.person_id, session_id=found.id, via="session", demo=self.demo)

    async def resolve_token(self, bearer: str) -> Principal | None:
        """Return for whom an API token stands, or None for everything that is not one of ours."""
        if not tokens.looks_like_ours(bearer):
            return None
        async with self.db.system() as tx:
            found = await tokens.find_token(tx, bearer, self.clock.now_ms())
            if found is None:
                return None
            return await load_principal(
                tx, found.person_id, session_id=found.id, via="token", only=found.scopes, demo=self.demo
            )

    async def reload(self, who: Principal) -> Principal | None:
        """Return `who` as they are now: rights and names may have changed since."""
        async with self.db.system() as tx:
            only = who.scopes if who.via == "token" else None
            return await load_principal(
                tx, who.person_id, session_id=who.session_id, via=who.via, only=only, demo=self.demo
            )

    async def still_valid(self, session_ids: Collection[str]) -> set[str]:
        """Return those of the sessions and tokens that would still be taken. For sockets that stay open for hours."""
        ids, now = list(session_ids), self.clock.now_ms()
        alive = session.c.expires_at > now
        live = or_(api_token.c.expires_at.is_(None), api_token.c.expires_at > now)
        both = union_all(
            _with_person(session).where(session.c.id.in_(ids), alive),
            _with_person(api_token).where(api_token.c.id.in_(ids), live, api_token.c.revoked_at.is_(None)),
        )
        async with self.db.system() as tx:
            return {row.id for row in await tx.execute(both)}

    async def rotated(self, who: Principal, token: str) -> str | None:
        """Return a new token for the session when the old one has served for an hour, else None."""
        now = self.clock.now_ms()
        async with self.db.system() as tx:
            found = await sessions.find_session(tx, token, self.limits, now)
            if found is None or found.rotated_at > now - sessions.ROTATE_MS:
                return None
            return await sessions.rotate(tx, who.session_id, now)

    async def sign_out(self, who: Principal, caller: Caller) -> None:
        """End the session (and with it its sockets)."""
        async with self.db.system() as tx:
            await sessions.close_session(tx, who.session_id)
            await announce(tx, "session_closed", session_id=who.session_id, person_id=who.person_id)
            await self._record(tx, who.tenant_id, who.person_id, caller, "session.ended", {})

    def csrf(self, session_id: str) -> str:
        """Return what the session's browser must send in `X-CSRF-Token` with everything that changes something."""
        return self.vault.mac("csrf", session_id).hex()

    async def _second_factor(self, tx: AsyncConnection, known: Row[Any], code: str | None, caller: Caller) -> None:
        if known.totp_confirmed_at is None:
            return
        if not code:
            raise Problem("totp_required", 401)
        if not await self.use_code(tx, known.id, code):
            self._note_later(known, caller, "totp_wrong")
            raise Problem("totp_wrong", 401)

    async def use_code(self, tx: AsyncConnection, person_id: str, code: str) -> bool:
        """Take a one-time code of the person's second factor; say whether it was right and unused."""
        row = (
            await tx.execute(select(credential).where(credential.c.person_id == person_id).with_for_update())
        ).one_or_none()
        if row is None or row.totp_sealed is None:
            return False
        secret = self.vault.open("totp", person_id, row.totp_sealed).decode()
        step = totp.matching_step(secret, code, self.clock.now_ms(), after=row.totp_step)
        if step is not None:
            await tx.execute(credential.update().where(credential.c.person_id == person_id).values(totp_step=step))
        return step is not None

    async def _begin(self, tx: AsyncConnection, known: Row[Any], caller: Caller, *, how: str) -> SignedIn:
        opened = await sessions.open_session(
            tx,
            tenant_id=known.tenant_id,
            person_id=known.id,
            address=caller.address,
            browser=caller.browser,
            limits=self.limits,
            now_ms=self.clock.now_ms(),
        )
        who = await load_principal(tx, known.id, session_id=opened.id, via="session", demo=self.demo)
        if who is None:
            raise Problem("sign_in_failed", 401)
        await self._record(tx, who.tenant_id, who.person_id, caller, "session.began", {"how": how})
        return SignedIn(who, opened)

    def _note_later(self, known: Row[Any] | None, caller: Caller, code: str) -> None:
        """Audit a refusal after the answer is out: the time to write it must not tell which accounts exist."""
        if known is not None:
            task = asyncio.create_task(self._note(known, caller, code))
            self._notes.add(task)
            task.add_done_callback(self._noted)

    async def _note(self, known: Row[Any], caller: Caller, code: str) -> None:
        async with self.db.system() as tx:
            await self._record(tx, known.tenant_id, known.id, caller, "session.refused", {"code": code})

    def _noted(self, task: asyncio.Task[None]) -> None:
        self._notes.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("audit_failed", error=str(error))

    async def settle(self) -> None:
        """Wait until all refusals are in the audit trail. For shutting down."""
        await asyncio.gather(*self._notes, return_exceptions=True)

    async def _record(
        self, tx: AsyncConnection, tenant_id: str, person_id: str, caller: Caller, action: str, detail: dict[str, str]
    ) -> None:
        await record(
            tx,
            tenant_id,
            at=self.clock.now_ms(),
            actor=Actor("person", person_id, caller.address),
            action=action,
            object_kind="person",
            object_id=person_id,
            detail=detail,
        )


async def set_hash(tx: AsyncConnection, tenant_id: str, person_id: str, encoded: str, now_ms: int) -> None:
    """Store the hash of the person's new password."""
    row = insert(credential).values(
        person_id=person_id, tenant_id=tenant_id, password_hash=encoded, password_at=now_ms, totp_step=0
    )
    changed = {"password_hash": encoded, "password_at": now_ms}
    await tx.execute(row.on_conflict_do_update(index_elements=[credential.c.person_id], set_=changed))


def _with_person(table: Table) -> Select[Any]:
    """Select the ids of those rows whose person still works here."""
    here = select(table.c.id).join(person, person.c.id == table.c.person_id)
    return here.join(tenant, tenant.c.tenant_id == person.c.tenant_id).where(person.c.active, tenant.c.active)


def _accounts() -> Select[Any]:
    return (
        select(
            person.c.id,
            person.c.tenant_id,
            person.c.active,
            tenant.c.active.label("employer_active"),
            credential.c.password_hash,
            credential.c.totp_confirmed_at,
        )
        .join(tenant, tenant.c.tenant_id == person.c.tenant_id)
        .outerjoin(credential, credential.c.person_id == person.c.id)
    )


async def _account(tx: AsyncConnection, account: str) -> Row[Any] | None:
    found: Row[Any] | None = (await tx.execute(_accounts().where(person.c.email_key == account))).one_or_none()
    return found
