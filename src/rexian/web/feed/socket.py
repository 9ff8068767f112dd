"""The staff socket `/feed?ticket=…`: who may open it, what it may ask, and when it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs

from rexian.directory.act import refuse as refuse_and_audit
from rexian.directory.principal import Principal
from rexian.kit import i18n, log, metrics
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import is_id
from rexian.kit.problem import Problem
from rexian.kit.sockets import (
    BAD_DATA,
    POLICY,
    TRY_LATER,
    Receive,
    Scope,
    Send,
    SocketPort,
    header,
    next_text,
    port_of,
    refuse,
    text_frame,
)  # fmt: skip
from rexian.web import problems
from rexian.web.feed import wire
from rexian.web.feed.commands import Commands
from rexian.web.feed.hub import shift_of
from rexian.web.feed.room import Room
from rexian.web.feed.tickets import Tickets
from rexian.web.feed.topic import Topic
from rexian.work.desk.contract import visible_contact

SIGNED_OUT = 4401  # close code: the session has ended, or the person has left
RIGHTS_CHANGED = 4408  # close code: come back with a new ticket
SILENT_MS = 3 * wire.HEARTBEAT_MS
MAX_TOPICS = 64
MAX_WAITING = 32  # commands of one socket that wait for their commit
READY_S = 5.0
_FAULTS = {403: "topic_refused", 404: "topic_refused", 500: "unavailable"}
"""What a page is told of a topic that it asked for; other problems by their own code."""

_log = log.get(__name__)
_open = metrics.gauge("rexian_feed_sockets", "Staff sockets that are open")
_commands = metrics.counter("rexian_feed_commands_total", "Commands by staff", ["name", "outcome"])


class FeedSocket:
    """One open socket."""

    def __init__(self, port: SocketPort, who: Principal, room: Room, feed: Feed) -> None:
        self.who = who
        self.seen_ms = 0
        self._port = port
        self._room = room
        self._feed = feed
        self._topics: dict[str, Topic | None] = {}  # None: asked for, not there yet
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def write(self, frame: bytes) -> bool:
        return self._port.write(frame)

    def send(self, payload: bytes) -> None:
        self._port.write(text_frame(payload))

    def close(self, code: int, reason: str) -> None:
        self._port.close(code, reason)

    # -- asks ----------------------------------------------------------------------------------------------------------
    def take(self, text: str) -> bool:
        """Handle one frame; False when the socket has to be closed."""
        try:
            ask = wire.read(text)
        except wire.NotJson:
            self.close(BAD_DATA, "not JSON")
            return False
        except wire.BadFrame as error:
            self.send(wire.nack(error.id, "malformed", self._title("malformed")))
            return True
        match ask:
            case wire.Ping():
                self.send(wire.pong(ask.n, self._feed.clock.now_ms()))
            case wire.Sub():
                self._subscribe(ask)
            case wire.Unsub():
                self._unsubscribe(ask.topic)
            case wire.Cmd():
                self._command(ask)
            case wire.Typing():
                self._types(ask)
        return True

    def _title(self, code: str) -> str:
        return i18n.t(self.who.locale, f"errors.{code}")

    def _spawn(self, work: asyncio.Task[None]) -> None:
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)

    # -- topics --------------------------------------------------------------------------------------------------------
    def _subscribe(self, ask: wire.Sub) -> None:
        if len(self._topics) >= MAX_TOPICS and ask.topic not in self._topics:
            self.send(wire.fault("too_many_topics", ask.topic))
            return
        self._unsubscribe(ask.topic)
        self._topics[ask.topic] = None
        self._spawn(asyncio.create_task(self._follow(ask)))

    async def _follow(self, ask: wire.Sub) -> None:
        try:
            topic = await self._find(ask)
        except Exception as error:
            self._topics.pop(ask.topic, None)
            problem = problems.as_problem(error)
            if problem.code == "internal":
                _log.exception("feed.subscribe_failed", topic=ask.topic)
            self.send(wire.fault(_FAULTS.get(problem.status, problem.code), ask.topic))
        else:
            if topic is not None and ask.topic in self._topics:
                self._topics[ask.topic] = topic

    async def _find(self, ask: wire.Sub) -> Topic | None:
        hub = self._room.hub
        if not hub.ready.is_set():
            try:
                await asyncio.wait_for(hub.ready.wait(), READY_S)
            except TimeoutError:
                raise Problem("unavailable", 503) from None
        kind, _, id = ask.topic.partition(":")
        if ask.topic == "me":
            return hub.follow_me(self, self.who.person_id, ask.seq, ask.epoch)
        if ask.topic == "wall":
            shift = shift_of(self.who.person_id)
            return hub.follow_wall(self, self._wall_tenants(), ask.seq, ask.epoch, shift)
        if kind == "queue":
            await self._may_see_queue(id)
            return hub.follow_queue(self, id, ask.seq, ask.epoch)
        if kind == "contact":
            await self._may_see_contact(id)
            return await hub.follow_contact(self, id, ask.seq, ask.epoch, lambda: ask.topic in self._topics)
        raise Problem("topic_unknown", 404)

    def _wall_tenants(self) -> frozenset[str]:
        tenants = self.who.reach("wall.read")
        if not tenants:
            raise Problem("topic_refused", 403)
        return tenants

    async def _may_see_queue(self, queue_id: str) -> None:
        queue = self._room.mirror.floor.queue(queue_id)
        if queue is None:
            raise Problem("not_found", 404)
        if queue.tenant_id not in self.who.reach("wall.read"):
            await refuse_and_audit(self._feed.db, self._feed.clock, self.who, "queue", queue_id)

    async def _may_see_contact(self, contact_id: str) -> None:
        """By the same rule as the desk's pages; what isn't theirs doesn't exist for them, and is audited (FAULTS 4)."""
        if not is_id(contact_id):
            raise Problem("not_found", 404)
        await visible_contact(self._feed.db, self._feed.clock, self._room.port, self.who, contact_id)

    def _unsubscribe(self, name: str) -> None:
        topic = self._topics.pop(name, None)
        if topic is not None:
            self._room.hub.leave(self, topic)

    # -- commands ------------------------------------------------------------------------------------------------------
    def _command(self, ask: wire.Cmd) -> None:
        if self._waiting >= MAX_WAITING:  # one who sends faster than the floor commits waits, nobody else (FAULTS 14)
            self.send(wire.nack(ask.id, "slow_down", self._title("slow_down")))
            return
        self._waiting += 1
        self._spawn(asyncio.create_task(self._carry_out(ask)))

    async def _carry_out(self, ask: wire.Cmd) -> None:
        try:
            async with self._turn:  # in the order in which they came
                await self._feed.carry_out(self, self._room, ask)
        finally:
            self._waiting -= 1

    def _types(self, ask: wire.Typing) -> None:
        interaction = self._room.mirror.floor.interaction(ask.interaction_id)
        if interaction is not None and interaction.state == "talking" and interaction.agent_id == self.who.person_id:
            self._feed.agent_types(ask.interaction_id, ask.on)

    def leave(self) -> None:
        for name in list(self._topics):
            self._unsubscribe(name)
        for task in list(self._tasks):
            task.cancel()


class Feed:
    """All staff sockets of this process, and the ASGI application that serves them."""

    def __init__(
        self, db: Database, clock: Clock, tickets: Tickets, commands: Commands, rooms: dict[str, Room],
        *, own_origin: Callable[[str, str], bool], agent_types: Callable[[str, bool], None],
    ) -> None:  # fmt: skip
        self.db = db
        self.clock = clock
        self.rooms = rooms
        self.agent_types = agent_types
        self._tickets = tickets
        self._commands = commands
        self._own_origin = own_origin
        self.sockets: set[FeedSocket] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            who, room = self._admit(scope)
        except Problem as problem:
            language = i18n.negotiate(header(scope, b"accept-language"))
            await refuse(send, problem.status, problems.encoded(problem, language), problem.retry_after_s)
            return
        await send({"type": "websocket.accept"})
        socket = FeedSocket(port_of(scope), who, room, self)
        self._enter(socket, room)
        try:
            await self._listen(socket, receive)
        finally:
            self._leave(socket, room)

    def _admit(self, scope: Scope) -> tuple[Principal, Room]:
        """Raises `Problem`: 403 from a foreign page (FAULTS 11), 401 without a fresh ticket (FAULTS 12), 503."""
        origin = header(scope, b"origin")
        if origin is not None and not self._own_origin(origin, header(scope, b"host") or ""):
            raise Problem("origin_refused", 403)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
        who = self._tickets.redeem(given)
        if who is None:
            raise Problem("ticket_invalid", 401)
        room = self.rooms.get(who.floor_id or "")
        if room is None:
            raise Problem("unavailable", 503, retry_after_s=2)
        return who, room

    def _enter(self, socket: FeedSocket, room: Room) -> None:
        socket.seen_ms = self.clock.now_ms()
        self.sockets.add(socket)
        room.sockets.setdefault(socket.who.person_id, set()).add(socket)
        room.presence.came(socket.who.person_id)
        _open.set(len(self.sockets))
        socket.send(wire.hello(room.hub.epoch, socket.seen_ms))
        if room.degraded:
            socket.send(wire.degraded(True))

    async def _listen(self, socket: FeedSocket, receive: Receive) -> None:
        while True:
            try:
                text = await next_text(receive)
            except UnicodeError:
                socket.close(POLICY, "text frames only")
                return
            if text is None:
                return
            socket.seen_ms = self.clock.now_ms()
            if not socket.take(text):
                return

    def _leave(self, socket: FeedSocket, room: Room) -> None:
        self.sockets.discard(socket)
        mine = room.sockets.get(socket.who.person_id, set())
        mine.discard(socket)
        if not mine:
            room.sockets.pop(socket.who.person_id, None)
        room.presence.left(socket.who.person_id)
        _open.set(len(self.sockets))
        socket.leave()

    async def carry_out(self, socket: FeedSocket, room: Room, ask: wire.Cmd) -> None:
        """Submit a command and answer it once it is committed."""
        try:
            if not room.mirror.ready:  # just started: nothing is known yet, which is not the same as "unknown"
                raise Problem("unavailable", 503)
            receipt, result = await self._commands.carry_out(
                socket.who, room.port, room.mirror.floor, id=ask.id, name=ask.name, args=bytes(ask.args)
            )
        except Exception as error:
            problem = problems.as_problem(error)
            if problem.code == "internal":
                _log.exception("feed.command_failed", name=ask.name)
            _commands.labels(ask.name if ask.name in self._commands.names else "?", problem.code).inc()
            title = i18n.t(socket.who.locale, f"errors.{problem.code}", **problem.params)
            socket.send(wire.nack(ask.id, problem.code, title))
            return
        _commands.labels(ask.name, "done").inc()
        socket.send(wire.ack(ask.id, receipt.seq, result))

    # -- closing -------------------------------------------------------------------------------------------------------
    def close_person(self, person_id: str, code: int = SIGNED_OUT, reason: str = "signed out") -> None:
        """The person was shut out, or has other rights now (FAULTS 49)."""
        for socket in [one for one in self.sockets if one.who.person_id == person_id]:
            socket.close(code, reason)

    def close_session(self, session_id: str) -> None:
        for socket in [one for one in self.sockets if one.who.session_id == session_id]:
            socket.close(SIGNED_OUT, "signed out")

    def close_silent(self) -> None:
        """Drop sockets from which nothing has come for three heartbeats: a page that sleeps is no page."""
        latest = self.clock.now_ms() - SILENT_MS
        for socket in [one for one in self.sockets if one.seen_ms < latest]:
            socket.close(TRY_LATER, "silent")
