"""Voice put together: sockets with their limits, the calls of all floors, the engine's events, and the clock's work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from rexian.channels.base import LastAgent, nobody
from rexian.channels.chat.files import FileBook
from rexian.channels.visiting.abilities import Abilities
from rexian.channels.visiting.address import Door, client_address, is_own
from rexian.channels.visiting.entrance import Entrances
from rexian.channels.visiting.protocol import Refusal
from rexian.channels.visiting.visitors import Signer
from rexian.channels.voice import desk_frames, frames, port
from rexian.channels.voice.alarm import Alarm
from rexian.channels.voice.asking import Asking
from rexian.channels.voice.calls import Facts
from rexian.channels.voice.checks import EchoTests
from rexian.channels.voice.codes import Codes
from rexian.channels.voice.desk_acts import DeskActs
from rexian.channels.voice.desk_socket import DeskSocket
from rexian.channels.voice.desks import Desks
from rexian.channels.voice.devices import Phones
from rexian.channels.voice.director import Director
from rexian.channels.voice.engines import Passes
from rexian.channels.voice.figures import OPEN, TURNED_AWAY
from rexian.channels.voice.guests import Guests
from rexian.channels.voice.host import Host
from rexian.channels.voice.kept import Keeping
from rexian.channels.voice.listening import Ears
from rexian.channels.voice.live import LiveCall, Recordings
from rexian.channels.voice.lobby import Lobby, Receptions
from rexian.channels.voice.noting import Noting
from rexian.channels.voice.patience import Patience
from rexian.channels.voice.reach import Reach
from rexian.channels.voice.recorder import Recorder
from rexian.channels.voice.relay import relay_of
from rexian.channels.voice.settings import VoiceLimits
from rexian.channels.voice.socket import Socket
from rexian.channels.voice.speaking import Prompts
from rexian.channels.voice.upkeep import Upkeep
from rexian.channels.voice.visits import Visits
from rexian.channels.voice.voicemail import Voicemails
from rexian.directory.people.contract import agent_cards
from rexian.directory.principal import Principal
from rexian.engine.floor import Floor
from rexian.kit import i18n, log, simulated
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.kit.slice import Task
from rexian.kit.sockets import PROTOCOL_ERROR, AsgiApp, Receive, Scope, Send, header, next_text, port_of
from rexian.kit.trouble import Trouble
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Committed

TOO_MANY = 4429
NAMES_EVERY_S = 60.0
ALARM_AFTER_MS = 15_000
_log = log.get(__name__)


NumberOf = Callable[[str], Awaitable[tuple[str, str] | None]]
"""Whose telephone number was dialled: (tenant, entry), None for nobody's."""


async def _no_number(dialled: str) -> tuple[str, str] | None:
    return None


class VoiceChannel:
    """Implements `channels.base.Channel`."""

    name = "voice"

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, voice: port.VoiceEngine, prompts: Prompts,
        receptions: Receptions, book: FileBook, mirror_of: Callable[[str], Mirror],
        own_origin: Callable[[str, str], bool], *, limits: VoiceLimits | None = None, last_agent: LastAgent = nobody,
        recordings: Recordings | None = None, ice_servers: Callable[[], list[frames.IceServer]] = list,
        sip_of: Callable[[str], desk_frames.Sip | None] = lambda name: None, number_of: NumberOf = _no_number,
        passes: Passes | None = None,
    ) -> None:  # fmt: skip
        self.db = db
        self.clock = clock
        self.voice = voice
        self.limits = limits or VoiceLimits(
            sockets_per_address=settings.sockets_per_address, alarm_ms=settings.voice_alarm_after_s * 1_000,
            calls_per_address=settings.voice_calls_per_address,
        )  # fmt: skip
        self.signer = Signer(settings.secret)
        self.entrances = Entrances(db, clock)
        self.abilities = Abilities(clock)
        self.last_agent = last_agent
        self.degraded = False
        self.demo = settings.demo
        self.health = port.Health(up=False, engine=voice.name)
        self.why_down: Trouble | None = None
        self.ice_servers = ice_servers
        self.phone = settings.voice_phone
        self.desks = Desks(self, passes, sip_of)
        self.number_of = number_of
        self.names: dict[str, str] = {}
        self.door = Door()
        self.sockets: Mapping[str, AsgiApp] = {"/voice/ws": self.serve}
        self.asking = Asking(mirror_of)
        self.phones = Phones(clock, settings.secret, lambda: self.limits)
        if voice.name == "asterisk":
            self.phones.names, self.phones.in_browser = {}, lambda name: sip_of(name) is not None
        self.visits = Visits(self.asking, lambda agent_id: self.names.get(agent_id, ""))
        self.lobby = Lobby(self, receptions)
        self.guests = Guests(self)
        self.recorder = Recorder(voice, clock, self.asking, self.phones, recordings, self.guests.has_agreed)
        noting = Noting(self.asking, self.recorder)
        self.voicemails = Voicemails(
            voice, db, clock, book, self.asking, self.recorder, noting, settings.home / "voicemail", settings.secret
        )
        self.director = Director(
            voice, clock, self.asking, self.phones, self.visits, lambda: self.limits, self.recorder, self._new_host,
            self.guests.find_number, self.guests.find_outsider, self.voicemails.end,
        )  # fmt: skip
        self.alarm = Alarm(
            db, clock, voice, prompts, self.asking, self.phones, self._floors, lambda: self.limits,
            settings.voice_alarm_numbers,
        )  # fmt: skip
        self.ears = Ears(self)
        self.desk = DeskActs(self)
        self.codes = Codes(self, prompts)
        self.patience = Patience(self)
        self.reach = Reach(self.phones, self.asking, lambda: self._mirrors)
        self.echo = EchoTests(voice, clock, self.asking, lambda: self.limits)
        self.keeping = Keeping(voice, self.recorder, self.voicemails, noting)
        self.upkeep = Upkeep(self, relay_of(settings.voice_turn, settings.voice_turn_secret))
        self.tasks: list[Task] = [self._run_engine, self._keep_names, *self.upkeep.tasks]
        self._prompts = prompts
        self._own_origin = own_origin
        self._secret = settings.secret
        self._proxies = frozenset(settings.trusted_proxies)
        self._pages: set[Socket] = set()
        self._mirrors: list[Mirror] = []

    def _floors(self) -> list[Floor]:
        return [mirror.floor for mirror in self._mirrors if mirror.ready]

    def _new_host(self, call: LiveCall, facts: Facts) -> Host:
        return Host(call, facts, self.voice, self._prompts, self.lobby, self.asking, self.clock, self.director.touch)

    # -- customers' sockets --------------------------------------------------------------------------------------------
    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application of `/voice/ws`."""
        address = client_address(scope, self._proxies)
        known = simulated.is_simulation_key(self._secret, header(scope, simulated.HEADER.lower().encode()))
        await send({"type": "websocket.accept"})
        wire = port_of(scope)
        if not known and self.door.open[address] >= self.limits.sockets_per_address:
            TURNED_AWAY.inc()
            wire.close(TOO_MANY, "too many connections from your address")
            return
        address = "" if known else address
        origin = header(scope, b"origin")
        own_page = origin is not None and self._own_origin(origin, header(scope, b"host") or "")
        socket = Socket(self, wire, address=address, origin=origin, own_page=own_page, simulated=known)
        self._pages.add(socket)
        self.door.enter(address)
        OPEN.labels("customer").set(len(self._pages))
        try:
            await _listen(socket, receive)
        finally:
            self._pages.discard(socket)
            self.door.leave(address)
            self.visits.detach(socket)
            OPEN.labels("customer").set(len(self._pages))

    async def serve_desk(self, scope: Scope, receive: Receive, send: Send, who: Principal) -> None:
        """The ASGI application of `/voice/desk`, for a person who has shown their ticket."""
        await send({"type": "websocket.accept"})
        socket = DeskSocket(self, port_of(scope), who)
        self.desks.enter(socket)
        try:
            await _listen(socket, receive)
        finally:
            self.desks.leave(socket)

    def open_sockets(self) -> list[Socket | DeskSocket]:
        return [*self._pages, *self.desks.open]

    def may_start(self, address: str) -> bool:
        """Count a new call from this address; False: too many of late."""
        limits, now = self.limits, self.clock.now_ms()
        return self.door.may_start(address, now, most=limits.starts_per_address, window_ms=limits.window_ms)

    def check_share(self, ask_id: str, address: str, customers: Sequence[str], *, line: bool) -> None:
        """Raises `Refusal` when this address or this visitor has its share of the lines (or of what waits without)."""
        limits = self.limits
        theirs = [call for id in customers for call in self.director.of_customer(id)]
        here = [call for call in self.director.calls.values() if call.address == address and not is_own(address)]
        for calls, most in ((theirs, limits.calls_per_visitor), (here, limits.calls_per_address)):
            if most and sum((call.customer is not None) is line for call in calls) >= most:
                raise Refusal("too_many_calls", ask_id, alternatives=["call_back"] if line else [])

    def close_person(self, person_id: str, code: int, reason: str) -> None:
        """The person was shut out, or has other rights now (FAULTS 49). Calls of theirs go on until they are ended."""
        self.desks.close(lambda socket: socket.person_id == person_id, code, reason)

    def close_session(self, session_id: str, code: int, reason: str) -> None:
        self.desks.close(lambda socket: socket.who.session_id == session_id, code, reason)

    @property
    def sessions(self) -> set[str]:
        """Of staff whose phone sockets are open."""
        return {socket.who.session_id for socket in self.desks.open}

    # -- floors --------------------------------------------------------------------------------------------------------
    def follow(self, mirror: Mirror) -> None:
        """Look after a floor's calls from now on."""
        if mirror in self._mirrors:
            return
        self._mirrors.append(mirror)
        mirror.watch(lambda batch: self._take(mirror, batch), lambda: self._reset(mirror))
        if mirror.ready:
            self._reset(mirror)

    def _take(self, mirror: Mirror, batch: Sequence[Committed]) -> None:
        def tenant_of(contact_id: str) -> str:
            contact = mirror.floor.contact(contact_id)
            return contact.tenant_id if contact is not None else ""

        self.guests.note_numbers(batch)
        self.director.take(batch, tenant_of)

    def _reset(self, mirror: Mirror) -> None:
        """The floor was loaded anew: every open call is looked at again."""
        words_of = self.voicemails.left_by()
        for interaction in mirror.floor.interactions():
            if interaction.medium == "voice" and interaction.state not in ("ended", "after_contact_work"):
                known = interaction.contact_id in self.director.calls
                call = self.director.open(interaction.contact_id, interaction.tenant_id)
                call.resumed = call.resumed or not known
                call.unheard = call.unheard or (not known and interaction.contact_id in words_of)
        if self.director.up:
            self.asking.spawn(self.ears.reconcile())  # first what there is, then what is wanting
            return
        for contact_id in list(self.director.calls):
            self.director.touch(contact_id)

    def contact_of(
        self, tenant_id: str, contact_id: str | None, customers: Sequence[str]
    ) -> tuple[LiveCall, Facts] | None:
        """The call that a page asks for, if it is this visitor's, else the one that the visitor has open."""
        floor = self.asking.floor(tenant_id)
        if floor is None or not customers:
            return None
        theirs = [call for customer_id in customers for call in self.director.of_customer(customer_id)]
        mine = [call.contact_id for call in theirs if call.tenant_id == tenant_id]
        for candidate in (contact_id, *mine):
            contact = floor.contact(candidate) if candidate else None
            if contact is None or contact.customer_id not in customers:
                continue
            call = self.director.calls.get(contact.id) or LiveCall(contact.id, tenant_id)
            facts = self.director.facts(call)
            if facts is not None and (candidate == contact_id or facts.stage != "ended"):
                return call, facts
        return None

    # -- what pages ask ------------------------------------------------------------------------------------------------
    async def voice_view(self, locale: str) -> frames.VoiceView:
        """Whether one may call now, in words."""
        why = (
            "down" if not self.director.up else "full" if self.health.full else "" if self._from_pages else "phone_only"
        )
        return frames.VoiceView(
            available=not why, why=i18n.t(locale, f"voice.why.{why}") if why else "", phone=self.phone,
            ice_servers=self.ice_servers(),
        )  # fmt: skip

    async def check_room(self, ask_id: str) -> None:
        """Raises `Refusal` when no new call can be taken: said before the contact begins, so that it isn't lost."""
        if not self._from_pages:
            raise Refusal("not_here", ask_id, alternatives=["call_back"])
        if not self.director.up:
            raise Refusal("voice_down", ask_id, alternatives=["call_back"])
        try:
            health = await self.voice.health()
        except port.Down:
            raise Refusal("voice_down", ask_id, alternatives=["call_back"]) from None
        if health.full:
            raise Refusal("all_busy", ask_id, alternatives=["call_back"])

    @property
    def _from_pages(self) -> bool:
        """Whether a customer's page can be a telephone: not with an exchange."""
        return self.phones.names is None

    # -- what others tell it -------------------------------------------------------------------------------------------
    @property
    def recordings(self) -> Recordings | None:
        """Who keeps recordings; None: nobody."""
        return self.recorder.recordings

    def set_degraded(self, on: bool) -> None:
        """Tell the customers' pages whether what they do can be kept."""
        if on != self.degraded:
            self.degraded = on
            self.visits.degraded(on)

    def directory_changed(self) -> None:
        self.asking.spawn(self._learn_names())

    def trouble(self) -> Trouble | None:
        """What is the matter with the engine; None when it is well. Without it all but calls goes on."""
        return None if self.director.up else self.health.why or self.why_down or Trouble("engine_down")

    def lasting_trouble(self) -> Trouble | None:
        """The same once it has lasted: an engine that starts, or starts again, is back before anybody could act."""
        down_for = self.clock.now_ms() - self.director.down_since
        return self.trouble() if down_for >= ALARM_AFTER_MS else None

    # -- time ----------------------------------------------------------------------------------------------------------
    async def _run_engine(self) -> None:
        """Listen to the engine for as long as the server runs."""
        stop = self.voice.listen(self.ears.hear)
        await self.voice.start()
        try:
            await asyncio.Event().wait()
        finally:
            stop()
            await self.director.stop()
            await self.voice.stop()
            await self.asking.stop()

    async def _keep_names(self) -> None:
        while True:
            await self._learn_names()
            await asyncio.sleep(NAMES_EVERY_S)

    async def _learn_names(self) -> None:
        async with self.db.system() as tx:
            cards = await agent_cards(tx)
        self.names = {id: card.name for id, card in cards.items()}
        if self.phones.names is not None:
            self.phones.names = {id: card.phone for id, card in cards.items() if card.phone and card.active}


async def _listen(socket: Any, receive: Receive) -> None:
    while True:
        try:
            frame = await next_text(receive)
        except UnicodeError:
            socket.close(PROTOCOL_ERROR, "text frames only")
            return
        if frame is None or not await socket.take(frame):
            return
