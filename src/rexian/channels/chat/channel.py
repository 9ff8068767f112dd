"""Web chat put together: the socket's way in with its limits, the open chats of each floor, and the clock's work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from rexian.channels.base import LastAgent, Whispers, nobody
from rexian.channels.chat import wire
from rexian.channels.chat.files import FileBook, FileStore, Sounds
from rexian.channels.chat.lines import Lines
from rexian.channels.chat.reading import Reading
from rexian.channels.chat.settings import ChatLimits
from rexian.channels.chat.socket import Socket
from rexian.channels.visiting.address import Door, client_address
from rexian.channels.visiting.visitors import Signer
from rexian.engine.commands import SetCustomerPresence
from rexian.engine.specs import Party
from rexian.kit import log, metrics, simulated
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.settings import Settings
from rexian.kit.slice import Task
from rexian.kit.sockets import PROTOCOL_ERROR, AsgiApp, Receive, Scope, Send, header, next_text, port_of
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Refused, Unavailable

TOO_MANY = 4429
NAMES_EVERY_S = 60.0
_PRESENCE = Party("system", "chat")
_log = log.get(__name__)
_open = metrics.gauge("rexian_chat_sockets", "Customers' chat sockets that are open")
_turned_away = metrics.counter("rexian_chat_turned_away_total", "Sockets refused because their address has too many")


class ChatChannel:
    """Implements `channels.base.Channel`."""

    name = "chat"

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, whispers: Whispers, book: FileBook,
        mirror_of: Callable[[str], Mirror], own_origin: Callable[[str, str], bool], sounds: Sounds,
        limits: ChatLimits | None = None, last_agent: LastAgent = nobody,
    ) -> None:  # fmt: skip
        self.db = db
        self.clock = clock
        self.whispers = whispers
        self.limits = limits or ChatLimits(sockets_per_address=settings.sockets_per_address)
        self.signer = Signer(settings.secret)
        self.reading = Reading(db, clock, book)
        self.book = book
        self.degraded = False
        self.sockets: Mapping[str, AsgiApp] = {"/chat/ws": self.serve}
        self.store = FileStore(settings.files, settings.max_upload_bytes)
        self.sounds = sounds
        self.uploads: dict[str, wire.Pace] = {}
        self.tasks: list[Task] = [self._keep_time, self._keep_names]
        self._mirror_of = mirror_of
        self.own_origin = own_origin
        self.last_agent = last_agent
        self.demo = settings.demo
        self.takes_calls = settings.voice_enabled
        self._secret = settings.secret
        self._proxies = frozenset(settings.trusted_proxies)
        self._open: set[Socket] = set()
        self.door = Door()
        self._lines: dict[int, Lines] = {}
        self._held: dict[tuple[int, str, str], tuple[int, bool]] = {}  # (lines, tenant, skill) → (when asked, answer)
        self._spawned: set[asyncio.Task[None]] = set()
        whispers.hear_agents(self._agent_types)

    # -- sockets -------------------------------------------------------------------------------------------------------
    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application of `/chat/ws`."""
        address = client_address(scope, self._proxies)
        known = simulated.is_simulation_key(self._secret, header(scope, simulated.HEADER.lower().encode()))
        await send({"type": "websocket.accept"})
        port = port_of(scope)
        if not known and self.door.open[address] >= self.limits.sockets_per_address:
            _turned_away.inc()
            port.close(TOO_MANY, "too many connections from your address")
            return
        address = "" if known else address  # the simulated population counts against nobody
        origin = header(scope, b"origin")
        own_page = origin is not None and self.own_origin(origin, header(scope, b"host") or "")
        for_people = header(scope, simulated.FOR_HEADER.lower().encode()) == "people"
        socket = Socket(
            self, port, address=address, origin=origin, own_page=own_page, simulated=known, for_people=for_people
        )
        self._enter(socket)
        try:
            await self._listen(socket, receive)
        finally:
            self._leave(socket)

    async def _listen(self, socket: Socket, receive: Receive) -> None:
        while True:
            try:
                frame = await next_text(receive)
            except UnicodeError:
                socket.close(PROTOCOL_ERROR, "text frames only")
                return
            if frame is None or not await socket.take(frame):
                return

    def _enter(self, socket: Socket) -> None:
        self._open.add(socket)
        self.door.enter(socket.address)
        _open.set(len(self._open))

    def _leave(self, socket: Socket) -> None:
        self._open.discard(socket)
        self.door.leave(socket.address)
        _open.set(len(self._open))
        if socket.lines is not None:
            if socket.wire.interaction_id is not None:
                self.whispers.customer_types(socket.wire.interaction_id, False)
            socket.lines.detach(socket, self.limits.away_ms)

    def may_start(self, address: str) -> bool:
        """Count a new contact from this address; False: too many of late."""
        limits, now = self.limits, self.clock.now_ms()
        return self.door.may_start(address, now, most=limits.starts_per_address, window_ms=limits.window_ms)

    # -- floors --------------------------------------------------------------------------------------------------------
    def lines_of(self, tenant_id: str) -> Lines:
        """The open chats of the floor that serves this tenant. Raises `Unavailable`."""
        mirror = self._mirror_of(tenant_id)
        if not mirror.ready:
            raise Unavailable("the floor is starting")
        lines = self._lines.get(id(mirror))
        if lines is None:
            lines = self._lines[id(mirror)] = Lines(
                mirror, self.clock, self._agent_name, self.file_view, self.limits.restart_away_ms
            )
        return lines

    def follow(self, mirror: Mirror) -> None:
        """Look after a floor's chats from now on: those whose customers don't come back must be noticed too."""
        if id(mirror) not in self._lines:
            self._lines[id(mirror)] = Lines(
                mirror, self.clock, self._agent_name, self.file_view, self.limits.restart_away_ms
            )

    def _agent_name(self, agent_id: str) -> str:
        return self.reading.agents.get(agent_id, "")

    def file_view(self, file_id: str | None) -> wire.FileView | None:
        """A file as the customer sees it, with an address that opens for a while."""
        card = self.book.get(file_id)
        if card is None:
            return None
        token = self.signer.file_pass(card.id, self.clock.now_ms() + self.limits.file_pass_ms)
        return wire.FileView(
            id=card.id, name=card.name, type=card.type, size=card.size, image=card.image,
            url=f"/chat/files/{card.id}?v={token}", width=card.width, height=card.height,
        )  # fmt: skip

    def needs(self, lines: Lines, tenant_id: str, locale: str, *, anybody: bool = True) -> dict[str, int]:
        """What a contact needs beside its queue's needs: English, if anybody here speaks it. No dead end.

        In a demo those that `anybody` may take ring at a real person's desk first.
        """
        wanted = (("lang:en", locale == "en"), (simulated.PEOPLE, anybody))
        return {skill: 1 for skill, asked in wanted if asked and self._somebody_has(lines, tenant_id, skill)}

    def _somebody_has(self, lines: Lines, tenant_id: str, skill: str) -> bool:
        now, key = self.clock.now_ms(), (id(lines), tenant_id, skill)
        known = self._held.get(key)
        if known is None or now - known[0] > 10_000:
            both = (skill, f"tenant:{tenant_id}")
            held = any(all(agent.spec.skills.get(one) for one in both) for agent in lines.mirror.floor.agents())
            known = self._held[key] = (now, held)
        return known[1]

    # -- what others tell it -------------------------------------------------------------------------------------------
    def set_degraded(self, on: bool) -> None:
        """Tell the customers' pages whether what they send can be kept."""
        if on != self.degraded:
            self.degraded = on
            for socket in self._open:
                if socket.wire.state == "ready":
                    socket.send(socket.wire.say(wire.Degraded(on)))

    def directory_changed(self) -> None:
        self.spawn(self.reading.learn_names())

    def _agent_types(self, interaction_id: str, on: bool) -> None:
        for lines in self._lines.values():
            for socket in lines.of_interaction(interaction_id):
                socket.send(socket.wire.say(wire.Simple(on)))

    # -- time ----------------------------------------------------------------------------------------------------------
    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(self.limits.position_every_ms / 1000)
            for lines in list(self._lines.values()):
                lines.push_positions()
                for interaction_id in lines.away_now():
                    await self.set_present(lines, interaction_id, False)
            self._close_mute()

    def _close_mute(self) -> None:
        latest = self.clock.now_ms() - self.limits.hello_ms
        for socket in [one for one in self._open if one.wire.state == "new" and one.opened_at < latest]:
            socket.close(PROTOCOL_ERROR, "no hello")

    async def _keep_names(self) -> None:
        while True:
            await self.reading.learn_names()
            await asyncio.sleep(NAMES_EVERY_S)

    async def set_present(self, lines: Lines, interaction_id: str, present: bool) -> None:
        """Tell the floor that the customer's page is there or away; tried again later when the floor can't."""
        command = SetCustomerPresence(interaction_id=interaction_id, present=present)
        try:
            await lines.mirror.port.submit(command, id=new_id(), by=_PRESENCE)
        except Unavailable:
            if not present:
                lines.gone[interaction_id] = self.clock.now_ms() + 1_000
        except Refused as refused:
            _log.info("chat.presence_refused", interaction_id=interaction_id, code=refused.code)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the present frame; failures are logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._spawned.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._spawned.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("chat.task_failed", error=str(error)[:300])
