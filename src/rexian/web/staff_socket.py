"""Lets staff into a WebSocket of their own: by a ticket, from our own pages only, like the feed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from rexian.directory.principal import Principal
from rexian.kit import i18n
from rexian.kit.problem import Problem
from rexian.kit.sockets import AsgiApp, Receive, Scope, Send, header, refuse
from rexian.web import problems
from rexian.web.feed.tickets import Tickets

Serve = Callable[[Scope, Receive, Send, Principal], Awaitable[None]]


def for_staff(tickets: Tickets, own_origin: Callable[[str, str], bool], serve: Serve) -> AsgiApp:
    """An ASGI application that hands `serve` the person; everybody else hears why not, before the socket opens."""

    def admit(scope: Scope) -> Principal:
        """Raises `Problem`: 403 from a foreign page (FAULTS 11), 401 without a fresh ticket (FAULTS 12)."""
        origin = header(scope, b"origin")
        if origin is not None and not own_origin(origin, header(scope, b"host") or ""):
            raise Problem("origin_refused", 403)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
        who = tickets.redeem(given)
        if who is None:
            raise Problem("ticket_invalid", 401)
        return who

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            who = admit(scope)
        except Problem as problem:
            language = i18n.negotiate(header(scope, b"accept-language"))
            await refuse(send, problem.status, problems.encoded(problem, language), problem.retry_after_s)
            return
        await serve(scope, receive, send, who)

    return app
