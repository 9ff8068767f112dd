"""Signing in and out over HTTP, the own account, API tokens, and the demo's one-click doors."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.datastructures import Cookie
from msgspec import Meta, Struct

from rexian.directory import demo
from rexian.directory.page import Page
from rexian.directory.principal import Principal
from rexian.directory.scopes import Role
from rexian.directory.sign_in import account
from rexian.directory.sign_in.service import SignedIn, SignIn
from rexian.directory.sign_in.tokens import tokens_of
from rexian.directory.tenants.contract import TenantCard, cards_of
from rexian.directory.text import Name, ObjectId
from rexian.kit import simulated
from rexian.kit.problem import Problem, not_found
from rexian.kit.settings import Settings
from rexian.web.guard import CSRF_COOKIE, caller_of, session_cookie

Anything = Request[Any, Any, Any]
Secret = Annotated[str, Meta(max_length=200)]
Code = Annotated[str, Meta(min_length=6, max_length=12, pattern=r"^[0-9 ]+$", description="Six digits.")]


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person types to sign in. `totp` is asked for once the password was right."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Secret
    totp: Code | None = None


class PersonView(Struct, frozen=True, kw_only=True):
    """The person who is signed in. `totp`: whether their second factor is on."""

    id: str
    name: str
    locale: str
    theme: str
    tenant_id: str
    roles: list[Role]
    totp: bool


class SessionView(Struct, frozen=True, kw_only=True):
    """Who is signed in and what they may do. `csrf` goes into `X-CSRF-Token` of everything that changes something."""

    person: PersonView
    tenants: list[TenantCard]
    scopes: list[str]
    agent: bool
    floor_id: str | None
    csrf: str
    demo: bool


class MeChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The own language and look; what is left out stays."""

    locale: Literal["zh-CN", "en"] | None = None
    theme: Literal["light", "dark", "system"] | None = None


class PasswordChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The own password, old and new."""

    old: Secret
    new: Secret


class OneCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of the second factor."""

    code: Code


class NewToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An API token to be made: some of the own scopes, for so many days (none: until revoked)."""

    name: Name
    scopes: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(min_length=1, max_length=50)]
    days: Annotated[int, Meta(ge=1, le=account.LONGEST_TOKEN_DAYS)] | None = 90


class TokenView(Struct, frozen=True, kw_only=True):
    """An API token as lists show it; `hint` is its end."""

    id: str
    name: str
    hint: str
    scopes: list[str]
    created_at: int
    expires_at: int | None
    used_at: int | None


class IssuedToken(Struct, frozen=True, kw_only=True):
    """A token that has just been made. `secret` is shown this once."""

    id: str
    secret: str


class DemoDoor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Through which door somebody enters the demo. `person_id` only for the simulated population."""

    role: Literal["agent", "supervisor", "admin"]
    person_id: ObjectId | None = None


class SessionController(Controller):
    """Sessions and the own account."""

    path = "/api"
    tags = ("sign-in",)

    @post("/session", opt={"public": True}, status_code=200, operation_id="signIn", summary="Sign in")
    async def sign_in_here(
        self, data: Credentials, request: Anything, sign_in: SignIn, settings: Settings
    ) -> Response[SessionView]:
        """Sign in with e-mail, password and, where it is on, a code of the second factor."""
        signed_in = await sign_in.sign_in(data.email, data.password, data.totp, caller_of(request, settings))
        return await _begun(sign_in, signed_in, settings)

    @get("/session", opt={"scope": "self"}, operation_id="getSession", summary="Who is signed in")
    async def current(
        self, who: Principal, request: Anything, sign_in: SignIn, settings: Settings
    ) -> Response[SessionView]:
        """Return the session of this browser, giving it a new token from time to time."""
        name = session_cookie(settings)
        token = request.cookies.get(name)
        fresh = await sign_in.rotated(who, token) if who.via == "session" and token else None
        cookies = _cookies(sign_in, settings, who.session_id, fresh) if who.via == "session" else []
        return Response(await _view(sign_in, who, settings), cookies=cookies)

    @delete("/session", opt={"scope": "self"}, operation_id="signOut", summary="Sign out")
    async def sign_out(self, who: Principal, request: Anything, sign_in: SignIn, settings: Settings) -> Response[None]:
        """End this session and its sockets."""
        account.session_only(who)
        await sign_in.sign_out(who, caller_of(request, settings))
        return Response(None, status_code=204, cookies=_no_cookies(settings))

    @patch("/me", opt={"scope": "self"}, operation_id="changeMe", summary="Change the own language and look")
    async def change_me(self, data: MeChange, who: Principal, sign_in: SignIn, settings: Settings) -> SessionView:
        """Set the language and the look of one's own pages."""
        await account.change_me(sign_in, who, locale=data.locale, theme=data.theme)
        return await _view(sign_in, await _again(sign_in, who), settings)

    @post("/me/password", opt={"scope": "self"}, status_code=204, operation_id="changePassword",
          summary="Change the own password")  # fmt: skip
    async def change_password(
        self, data: PasswordChange, request: Anything, who: Principal, sign_in: SignIn, settings: Settings
    ) -> None:
        """Change the own password; all other sessions end. Wrong attempts count as those to sign in."""
        await account.change_password(sign_in, who, data.old, data.new, caller_of(request, settings))

    @post("/me/totp", opt={"scope": "self"}, operation_id="offerTotp", summary="Begin a second factor")
    async def offer_totp(self, who: Principal, sign_in: SignIn) -> account.TotpOffer:
        """Return a new key for an authenticator app; it counts once confirmed."""
        return await account.offer_totp(sign_in, who)

    @post("/me/totp/confirm", opt={"scope": "self"}, status_code=204, operation_id="confirmTotp",
          summary="Turn the second factor on")  # fmt: skip
    async def confirm_totp(self, data: OneCode, who: Principal, sign_in: SignIn) -> None:
        """Turn the second factor on with its first code."""
        await account.confirm_totp(sign_in, who, data.code)

    @delete("/me/totp", opt={"scope": "self"}, status_code=204, operation_id="endTotp",
            summary="Turn the second factor off")  # fmt: skip
    async def end_totp(self, data: OneCode, who: Principal, sign_in: SignIn) -> None:
        """Turn the second factor off with a last code."""
        await account.end_totp(sign_in, who, data.code)


class TokenController(Controller):
    """API tokens."""

    path = "/api/tokens"
    tags = ("sign-in",)

    @get("/", opt={"scope": "token.write"}, operation_id="listTokens", summary="Own API tokens")
    async def list_tokens(self, who: Principal, sign_in: SignIn) -> Page[TokenView]:
        """List the own API tokens that are not revoked, newest first."""
        async with sign_in.db.tenant(who.tenant_id) as tx:
            rows = await tokens_of(tx, who.person_id)
        names = TokenView.__struct_fields__
        return Page([TokenView(**{name: row._mapping[name] for name in names}) for row in rows])

    @post("/", opt={"scope": "token.write"}, operation_id="issueToken", summary="Make an API token")
    async def issue(self, data: NewToken, who: Principal, sign_in: SignIn) -> IssuedToken:
        """Make an API token with some of the own scopes; its secret is shown this once."""
        issued = await account.issue_token(sign_in, who, name=data.name, scopes=data.scopes, days=data.days)
        return IssuedToken(id=issued.id, secret=issued.secret)

    @delete("/{token_id:uuid}", opt={"scope": "token.write"}, operation_id="revokeToken", summary="Revoke a token")
    async def revoke(self, token_id: UUID, who: Principal, sign_in: SignIn) -> None:
        """Revoke an own API token; what it opened is closed."""
        await account.revoke_token(sign_in, who, str(token_id))


@post("/api/demo/enter", opt={"public": True}, status_code=200, operation_id="enterDemo", tags=["demo"],
      summary="Enter the demo through a door")  # fmt: skip
async def enter_demo(data: DemoDoor, request: Anything, sign_in: SignIn, settings: Settings) -> Response[SessionView]:
    """Begin a session as one of the demo's people, without a password. In demo mode only."""
    if not settings.demo:
        raise not_found("demo")
    person_id = demo.DOORS[data.role]
    if data.person_id is not None:
        if not simulated.is_simulation_key(settings.secret, request.headers.get(simulated.HEADER)):
            raise Problem("scope_missing", 403, scope="demo.control")
        if data.person_id not in demo.SIMULATED_AGENT_IDS:
            raise not_found("person")
        person_id = data.person_id
    signed_in = await sign_in.enter(person_id, caller_of(request, settings), how="demo")
    return await _begun(sign_in, signed_in, settings)


async def _begun(sign_in: SignIn, signed_in: SignedIn, settings: Settings) -> Response[SessionView]:
    cookies = _cookies(sign_in, settings, signed_in.session.id, signed_in.session.token)
    return Response(await _view(sign_in, signed_in.who, settings), cookies=cookies)


async def _again(sign_in: SignIn, who: Principal) -> Principal:
    found = await sign_in.reload(who)
    if found is None:
        raise Problem("not_signed_in", 401)
    return found


async def _view(sign_in: SignIn, who: Principal, settings: Settings) -> SessionView:
    async with sign_in.db.tenants(who.grants) as tx:
        tenants = await cards_of(tx, who.grants)
        totp = await account.has_totp(tx, who)
    return SessionView(
        person=PersonView(
            id=who.person_id,
            name=who.name,
            locale=who.locale,
            theme=who.theme,
            tenant_id=who.tenant_id,
            roles=sorted(who.roles),
            totp=totp,
        ),
        tenants=tenants,
        scopes=sorted(who.scopes),
        agent=who.agent,
        floor_id=who.floor_id,
        csrf=sign_in.csrf(who.session_id),
        demo=settings.demo,
    )


def _cookies(sign_in: SignIn, settings: Settings, session_id: str, token: str | None) -> list[Cookie]:
    secure = settings.url.startswith("https:")
    age = settings.session_max_s
    made = [Cookie(CSRF_COOKIE, value=sign_in.csrf(session_id), path="/", max_age=age, secure=secure, samesite="lax")]
    if token is not None:
        name = session_cookie(settings)
        made.append(Cookie(name, value=token, path="/", max_age=age, secure=secure, httponly=True, samesite="lax"))
    return made


def _no_cookies(settings: Settings) -> list[Cookie]:
    secure = settings.url.startswith("https:")
    return [
        Cookie(name, value="", path="/", max_age=0, secure=secure, httponly=name != CSRF_COOKIE, samesite="lax")
        for name in (session_cookie(settings), CSRF_COOKIE)
    ]


routes = [SessionController, TokenController, enter_demo]
