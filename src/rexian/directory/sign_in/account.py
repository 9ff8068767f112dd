"""What people do with their own account: password, second factor, language, API tokens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.audit.service import actor_of, record
from rexian.directory.people.tables import person
from rexian.directory.principal import Principal
from rexian.directory.sign_in import brake, sessions, tokens, totp
from rexian.directory.sign_in.password import check_choice
from rexian.directory.sign_in.service import Caller, SignIn, set_hash
from rexian.directory.sign_in.tables import api_token, credential
from rexian.directory.signals import announce
from rexian.directory.text import email_key
from rexian.kit.problem import Problem, not_found

MAX_TOKENS = 50
DAY_MS = 86_400_000
LONGEST_TOKEN_DAYS = 366


class TotpOffer(Struct, frozen=True, kw_only=True):
    """A second factor to be set up: key, the same as an address for authenticator apps, and as a picture."""

    secret: str
    url: str
    svg: str


def session_only(who: Principal) -> None:
    """What guards an account is changed by the person, never by a token of theirs. Raises `Problem` (403)."""
    if who.via != "session":
        raise Problem("session_only", 403)


async def change_password(sign_in: SignIn, who: Principal, old: str, new: str, caller: Caller) -> None:
    """Change the own password; all other sessions end.

    Raises `Problem`: 403 `password_wrong`, 400 for a weak one, 429 `throttled`: whoever has got at somebody's open
    session may not guess at the password here more often than at the door, and both are counted as one.
    """
    session_only(who)
    async with sign_in.db.system() as tx:
        mine = select(credential.c.password_hash, person.c.email).join(person, person.c.id == credential.c.person_id)
        row = (await tx.execute(mine.where(credential.c.person_id == who.person_id))).one_or_none()
        keys = brake.Keys.of(sign_in.vault, email_key(row.email) if row else who.person_id, caller.address)
        await brake.count(tx, keys, sign_in.clock.now_ms())
    if not await sign_in.passwords.matches(row.password_hash if row else None, old):
        raise Problem("password_wrong", 403, errors=[{"field": "old", "code": "password_wrong"}])
    async with sign_in.db.system() as tx:
        await brake.forgive(tx, keys)
    check_choice(new, email=row.email if row else "", field="new")
    await store_password(sign_in, who, who.tenant_id, who.person_id, new)


async def store_password(sign_in: SignIn, actor: Principal, tenant_id: str, person_id: str, password: str) -> None:
    """Store a password that has been checked; the person's sessions end but for the one that does this."""
    encoded = await sign_in.passwords.hash(password)
    now = sign_in.clock.now_ms()
    async with sign_in.db.system() as tx:
        await set_hash(tx, tenant_id, person_id, encoded, now)
        await _end_sessions(tx, person_id, but=actor.session_id)
        await _note(sign_in, tx, actor, "person.password_changed", person_id, tenant_id=tenant_id)


async def change_me(
    sign_in: SignIn,
    who: Principal,
    *,
    locale: Literal["zh-CN", "en"] | None,
    theme: Literal["light", "dark", "system"] | None,
) -> None:
    """Set the own language and look."""
    values = {name: value for name, value in (("locale", locale), ("theme", theme)) if value is not None}
    if values:
        async with sign_in.db.tenant(who.tenant_id) as tx:
            await tx.execute(update(person).where(person.c.id == who.person_id).values(values))


async def has_totp(tx: AsyncConnection, who: Principal) -> bool:
    """Say whether the own second factor is on."""
    mine = select(credential.c.totp_confirmed_at).where(credential.c.person_id == who.person_id)
    return (await tx.execute(mine)).scalar_one_or_none() is not None


async def offer_totp(sign_in: SignIn, who: Principal) -> TotpOffer:
    """Begin setting up a second factor; it counts once a code has confirmed it. Raises `Problem` (409 `totp_on`)."""
    session_only(who)
    secret = totp.new_secret()
    sealed = sign_in.vault.seal("totp", who.person_id, secret.encode())
    async with sign_in.db.system() as tx:
        mine = credential.c.person_id == who.person_id
        row = (await tx.execute(select(credential).where(mine).with_for_update())).one_or_none()
        if row is None:
            empty = {"person_id": who.person_id, "tenant_id": who.tenant_id, "totp_step": 0}
            await tx.execute(credential.insert().values(empty))
        elif row.totp_confirmed_at is not None:
            raise Problem("totp_on", 409)
        await tx.execute(credential.update().where(mine).values(totp_sealed=sealed, totp_step=0))
        email = (await tx.execute(select(person.c.email).where(person.c.id == who.person_id))).scalar_one()
    return TotpOffer(secret=secret, url=totp.address(secret, email), svg=totp.picture(secret, email))


async def confirm_totp(sign_in: SignIn, who: Principal, code: str) -> None:
    """Turn the second factor on; all other sessions end. Raises `Problem` (400 `totp_wrong`, 409 `totp_not_begun`)."""
    session_only(who)
    now = sign_in.clock.now_ms()
    async with sign_in.db.system() as tx:
        mine = credential.c.person_id == who.person_id
        row = (await tx.execute(select(credential).where(mine))).one_or_none()
        if row is None or row.totp_sealed is None:
            raise Problem("totp_not_begun", 409)
        if row.totp_confirmed_at is not None:
            return
        if not await sign_in.use_code(tx, who.person_id, code):
            raise Problem("totp_wrong", 400, errors=[{"field": "code", "code": "totp_wrong"}])
        await tx.execute(credential.update().where(mine).values(totp_confirmed_at=now))
        await _end_sessions(tx, who.person_id, but=who.session_id)
        await _note(sign_in, tx, who, "person.totp_on", who.person_id)


async def end_totp(sign_in: SignIn, who: Principal, code: str) -> None:
    """Turn the second factor off with a last code. Raises `Problem` (400 `totp_wrong`)."""
    session_only(who)
    async with sign_in.db.system() as tx:
        mine = credential.c.person_id == who.person_id
        row = (await tx.execute(select(credential).where(mine))).one_or_none()
        if row is None or row.totp_confirmed_at is None:
            return
        if not await sign_in.use_code(tx, who.person_id, code):
            raise Problem("totp_wrong", 400, errors=[{"field": "code", "code": "totp_wrong"}])
        await tx.execute(credential.update().where(mine).values(totp_sealed=None, totp_confirmed_at=None))
        await _note(sign_in, tx, who, "person.totp_off", who.person_id)


async def reset_totp(sign_in: SignIn, actor: Principal, tenant_id: str, person_id: str) -> None:
    """Turn off somebody's second factor that was lost; their sessions end. Without one nothing happens."""
    off = {"totp_sealed": None, "totp_confirmed_at": None, "totp_step": 0}
    async with sign_in.db.system() as tx:
        on = (credential.c.person_id == person_id, credential.c.totp_confirmed_at.is_not(None))
        if (await tx.execute(credential.update().where(*on).values(off))).rowcount == 0:
            return
        await _end_sessions(tx, person_id)
        await _note(sign_in, tx, actor, "person.totp_reset", person_id, tenant_id=tenant_id)


async def issue_token(
    sign_in: SignIn, who: Principal, *, name: str, scopes: Collection[str], days: int | None
) -> tokens.Issued:
    """Make an API token with some of the own scopes. Raises `Problem` (403 `scope_missing`, 409 `too_many_tokens`)."""
    session_only(who)
    if beyond := sorted(set(scopes) - who.scopes):
        raise Problem("scope_missing", 403, errors=[{"field": "scopes", "code": "scope_missing"}], scope=beyond[0])
    now = sign_in.clock.now_ms()
    async with sign_in.db.tenant(who.tenant_id) as tx:
        if len(await tokens.tokens_of(tx, who.person_id)) >= MAX_TOKENS:
            raise Problem("too_many_tokens", 409, most=MAX_TOKENS)
        issued = await tokens.issue(
            tx,
            tenant_id=who.tenant_id,
            person_id=who.person_id,
            name=name,
            scopes={*scopes, "self"},
            expires_at=None if days is None else now + days * DAY_MS,
            now_ms=now,
        )
        await _note(sign_in, tx, who, "token.issued", issued.id, kind="api_token", scopes=sorted(scopes), name=name)
    return issued


async def revoke_token(sign_in: SignIn, who: Principal, token_id: str) -> None:
    """Revoke an own token; sockets that it opened are closed. Raises `Problem` (404)."""
    now = sign_in.clock.now_ms()
    async with sign_in.db.tenant(who.tenant_id) as tx:
        row = (await tx.execute(select(api_token).where(api_token.c.id == token_id))).one_or_none()
        if row is None or not await tokens.revoke(tx, token_id, who.person_id, now):
            raise not_found("token")
        if row.revoked_at is None:
            await announce(tx, "session_closed", session_id=token_id, person_id=who.person_id)
            await _note(sign_in, tx, who, "token.revoked", token_id, kind="api_token")


async def _end_sessions(tx: AsyncConnection, person_id: str, but: str | None = None) -> None:
    """Close the person's sessions, and say so to whoever holds their sockets."""
    for session_id in await sessions.close_all(tx, person_id, but=but):
        await announce(tx, "session_closed", session_id=session_id, person_id=person_id)


async def _note(
    sign_in: SignIn, tx: AsyncConnection, who: Principal, action: str, id: str, *, kind: str = "person",
    tenant_id: str | None = None, **detail: Any,
) -> None:  # fmt: skip
    await record(
        tx,
        tenant_id or who.tenant_id,
        at=sign_in.clock.now_ms(),
        actor=actor_of(who),
        action=action,
        object_kind=kind,
        object_id=id,
        detail=detail,
    )
