"""The feed's HTTP side: a ticket for the socket, and its commands for those who work without one."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import post
from msgspec import Meta, Struct

from rexian.directory.principal import Principal
from rexian.directory.text import ObjectId
from rexian.kit.problem import Problem
from rexian.web.feed.commands import Commands
from rexian.web.feed.room import Room
from rexian.web.feed.tickets import Tickets


class Ticket(Struct):
    """Good for one socket, within 30 s."""

    ticket: str


class NewCommand(Struct, forbid_unknown_fields=True):
    """A command by name, as the feed takes it. `id` makes a repeat harmless."""

    id: ObjectId
    name: Annotated[str, Meta(max_length=40)]
    args: dict[str, Any] = {}


class Done(Struct, omit_defaults=True):
    """The command is committed; `seq` is the floor's sequence number after it."""

    seq: int
    result: dict[str, Any] | None = None


@post("/api/feed-ticket", opt={"scope": "self"}, status_code=200, tags=["feed"], operation_id="issueFeedTicket")
async def issue_ticket(who: Principal, tickets: Tickets) -> Ticket:
    """Get a ticket for the WebSocket `/feed?ticket=…`."""
    return Ticket(tickets.issue(who))


@post("/api/commands", opt={"scope": "contact.read"}, status_code=200, tags=["feed"], operation_id="submitCommand")
async def submit_command(who: Principal, room: Room, commands: Commands, data: NewCommand) -> Done:
    """Submit a command of the feed's catalogue and wait until it is committed."""
    if not room.mirror.ready:
        raise Problem("unavailable", 503, retry_after_s=1)
    room.presence.seen(who.person_id)
    receipt, result = await commands.carry_out(
        who, room.port, room.mirror.floor, id=data.id, name=data.name, args=msgspec.json.encode(data.args)
    )
    return Done(receipt.seq, result)


routes = [issue_ticket, submit_command]
