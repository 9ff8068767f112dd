"""The one place where requests are let in: who asks, is the page one of ours, and does the route's scope allow it.

Every route declares `opt={"scope": "queue.write"}` (or `"self"`: any signed-in person) or `opt={"public": True}`; one
that declares nothing is closed. Browsers show a session cookie and, with everything that changes something, the header
`X-CSRF-Token`; programs show an API token. Any other bearer (a JWT of whatever algorithm) is a 401.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from rexian.directory.principal import Principal
from rexian.directory.sign_in.service import Caller, SignIn
from rexian.kit.problem import Problem
from rexian.kit.settings import Settings

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
CSRF_HEADER = "x-csrf-token"
CSRF_COOKIE = "rexian_csrf"

Connection = ASGIConnection[Any, Any, Any, Any]


def session_cookie(settings: Settings) -> str:
    """Return the cookie's name. Over https the browser itself then insists on Secure, our host and the whole path."""
    return "__Host-rexian" if settings.url.startswith("https:") else "rexian"


class Gatekeeper:
    """A Litestar guard for the whole application: `Litestar(guards=[Gatekeeper(sign_in, settings)])`."""

    def __init__(self, sign_in: SignIn, settings: Settings) -> None:
        self._sign_in = sign_in
        self._cookie = session_cookie(settings)
        self._proxies = frozenset(settings.trusted_proxies)
        self._origins = frozenset(origin.rstrip("/").lower() for origin in settings.trusted_origins)
        self._own = settings.public_url and _origin(settings.public_url)

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        changes = connection.scope.get("method", "GET") not in SAFE
        bearer = connection.headers.get("authorization")
        if connection.scope.get("method") == "OPTIONS":
            return
        if changes and bearer is None and not handler.opt.get("any_origin"):
            self.check_origin(connection)
        if handler.opt.get("public"):
            return
        who = replace(await self.identify(connection), address=client_address(connection, self._proxies))
        connection.scope["user"] = who  # for the language of a refusal too
        if who.via == "session" and changes:
            self._check_csrf(connection, who)
        scope = handler.opt.get("scope")
        if scope not in who.scopes:
            raise Problem("scope_missing", 403, scope=scope)

    async def identify(self, connection: Connection) -> Principal:
        """Return who asks. Raises `Problem` (401 `not_signed_in` or `token_refused`)."""
        bearer = connection.headers.get("authorization")
        if bearer is not None:
            kind, _, value = bearer.partition(" ")
            found = await self._sign_in.resolve_token(value.strip()) if kind.lower() == "bearer" else None
            if found is None:
                raise Problem("token_refused", 401)
            return found
        token = connection.cookies.get(self._cookie)
        found = await self._sign_in.resolve_session(token) if token and len(token) <= 100 else None
        if found is None:
            raise Problem("not_signed_in", 401)
        return found

    def check_origin(self, connection: Connection) -> None:
        """Refuse what another site's page sends (403). Programs send neither of the two headers."""
        origin = connection.headers.get("origin")
        if origin is None:
            if connection.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
                raise Problem("foreign_origin", 403)
            return
        if not self.is_own_origin(origin, connection.headers.get("host", "")):
            raise Problem("foreign_origin", 403)

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Say whether `origin` is the server's own or a trusted one. Without `public_url` the request's host counts."""
        lowered = origin.lower()
        if lowered in self._origins:
            return True
        if self._own:
            return lowered == self._own
        return bool(host) and lowered in {f"http://{host.lower()}", f"https://{host.lower()}"}

    def _check_csrf(self, connection: Connection, who: Principal) -> None:
        given = connection.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._sign_in.csrf(who.session_id).encode()):
            raise Problem("csrf_missing", 403)


def caller_of(connection: Connection, settings: Settings) -> Caller:
    """Return the client's address (as a trusted proxy reports it) and its browser."""
    address = client_address(connection, frozenset(settings.trusted_proxies))
    return Caller(address, connection.headers.get("user-agent", ""))


def client_address(connection: Connection, proxies: frozenset[str]) -> str:
    """Return the address of the client: the last hop that is not one of our own proxies."""
    address = connection.client.host if connection.client else ""
    hops = [hop.strip() for hop in connection.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    while address in proxies and hops:
        address = hops.pop()
    return address[:80]


def provide_who(request: Request[Any, Any, Any]) -> Principal:
    """The dependency `who` of handlers. On public routes there is nobody: they must not ask."""
    who = request.scope.get("user")
    if not isinstance(who, Principal):
        raise Problem("not_signed_in", 401)
    return who


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
