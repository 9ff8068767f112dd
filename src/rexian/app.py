"""The composition root: the only file that knows everyone. It makes the parts, ties them together and runs them."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from sqlalchemy import select

from rexian.channels.base import Channel, Whispers
from rexian.channels.chat import api as chat_api
from rexian.channels.chat.channel import ChatChannel
from rexian.channels.chat.files import FileBook
from rexian.channels.voice import prompts
from rexian.channels.voice.channel import VoiceChannel
from rexian.channels.voice.engines import browser_phones, engine_of, exchange_socket, ice_servers, passes_of
from rexian.channels.voice.port import VoiceEngine
from rexian.channels.voice.reception import api as reception_api
from rexian.channels.voice.receptions import DirectoryNumbers, DirectoryReceptions
from rexian.directory import slice as directory
from rexian.directory.principal import Principal
from rexian.directory.signals import CHANGES
from rexian.drill.slice import make as drill
from rexian.kit import log
from rexian.kit.clock import Clock, SystemClock
from rexian.kit.database import Database, is_outage
from rexian.kit.settings import Settings
from rexian.kit.slice import Slice
from rexian.kit.sockets import AsgiApp
from rexian.recorded import BookOfCalls, SoundsOfMessages, consent_now
from rexian.runtime.host import FloorHost
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import FloorPort, Unavailable
from rexian.runtime.readers import Readers
from rexian.runtime.tables import floor_tenant
from rexian.web import api as feed_api
from rexian.web import files, health, openapi, sign_in
from rexian.web.edge import Edge
from rexian.web.feed.commands import Commands
from rexian.web.feed.room import Room
from rexian.web.feed.socket import RIGHTS_CHANGED, SIGNED_OUT, Feed
from rexian.web.feed.tickets import Tickets
from rexian.web.guard import Gatekeeper, provide_who
from rexian.web.health import Part
from rexian.web.idempotency import Idempotency
from rexian.web.problems import ProblemHandler, locale_of
from rexian.web.staff_socket import for_staff
from rexian.web.static_files import Pages
from rexian.work.alerts.contract import HealthFacts
from rexian.work.desk.contract import last_agent
from rexian.work.recordings.slice import make_book
from rexian.work.slices import all_slices

BEAT_S = 0.25
VALID_EVERY_S = 3.0
_log = log.get(__name__)


class House:
    """Everything that runs in one server process, from the database up to the sockets."""

    def __init__(self, settings: Settings, clock: Clock | None = None, voice: VoiceEngine | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.db = Database(settings.database_url, pool_size=settings.database_pool)
        self.host = FloorHost(
            self.db,
            self.clock,
            node=settings.node,
            inbox=settings.floor_inbox,
            snapshot_events=settings.snapshot_events,
        )
        self.readers = Readers(self.db, self.host)
        self.directory = directory.make(self.db, self.clock, settings, self._find_floor)
        self.gatekeeper = Gatekeeper(self.directory.sign_in, settings)
        self.whispers = Whispers()
        self.book = FileBook()
        self.rooms: dict[str, Room] = {}
        self.tickets = Tickets(self.clock)
        self.commands = Commands(self.db, self.clock, self.book)
        own_origin = self.gatekeeper.is_own_origin
        self.feed = Feed(
            self.db, self.clock, self.tickets, self.commands, self.rooms,
            own_origin=own_origin, agent_types=self.whispers.agent_types,
        )  # fmt: skip
        self.recordings = make_book(self.db, self.clock, settings)
        self.chat = ChatChannel(
            self.db, self.clock, settings, self.whispers, self.book, self._mirror_of, own_origin,
            SoundsOfMessages(self.recordings), last_agent=last_agent,
        )  # fmt: skip
        self.prompts = prompts.make(self.db, settings)
        self.voice = self._make_voice(voice or engine_of(settings))
        self.channels: list[Channel] = [self.chat, *([self.voice] if self.voice is not None else [])]
        self.slices: list[Slice] = [
            self.directory.slice,
            *all_slices(self.db, self.clock, settings, self.host, self.recordings),
        ]
        forgetters = [part.forget_simulated for part in self.slices if part.forget_simulated is not None]
        copiers = [part.copy_settings for part in self.slices if part.copy_settings is not None]
        self.slices.append(drill(self.db, self.clock, settings, self.host, forgetters, copiers))
        self._floor_of: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stale = asyncio.Event()
        self._up = False
        self._description: dict[str, Any] | None = None
        self._subscribe()

    def _make_voice(self, engine: VoiceEngine | None) -> VoiceChannel | None:
        if engine is None:
            return None
        settings, recordings = self.settings, BookOfCalls(self.recordings)
        receptions, numbers = DirectoryReceptions(self.db, self.clock), DirectoryNumbers(self.db)
        for kept in (receptions, numbers, recordings):
            self._when_changed(kept.forget)
        return VoiceChannel(
            self.db, self.clock, settings, engine, self.prompts, receptions, self.book, self._mirror_of,
            self.gatekeeper.is_own_origin, last_agent=last_agent, recordings=recordings,
            ice_servers=partial(ice_servers, settings), number_of=numbers,
            sip_of=browser_phones(settings, passes_of(engine)), passes=passes_of(engine),
        )  # fmt: skip

    def _when_changed(self, act: Callable[[], None]) -> None:
        """`act` whenever the directory may have changed, here or in another process."""
        for kind in CHANGES:
            self.directory.signals.subscribe(kind, lambda ids: act())

    def _subscribe(self) -> None:
        signals = self.directory.signals
        signals.subscribe("person_closed", lambda ids: self._close_person(ids["person_id"], SIGNED_OUT, "signed out"))
        signals.subscribe("session_closed", lambda ids: self._close_session(ids["session_id"]))
        signals.subscribe(
            "rights_changed",
            lambda ids: self._close_person(ids["person_id"], RIGHTS_CHANGED, "rights changed"),
        )
        self._when_changed(self._stale.set)

    def _close_person(self, person_id: str, code: int, reason: str) -> None:
        self.feed.close_person(person_id, code, reason)
        if self.voice is not None:
            self.voice.close_person(person_id, code, reason)

    def _close_session(self, session_id: str) -> None:
        self.feed.close_session(session_id)
        if self.voice is not None:
            self.voice.close_session(session_id, SIGNED_OUT, "signed out")

    # -- life ----------------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Begin to run; returns at once. `/readyz` tells when all is up, and a database that is away is waited for."""
        work: list[Coroutine[Any, Any, None]] = [self._bring_up(), self._beat(), self._keep_valid()]
        work += [self._supervised(task.__qualname__, task) for part in self.slices for task in part.tasks]
        work += [self._supervised(task.__qualname__, task) for channel in self.channels for task in channel.tasks]
        self._tasks = [asyncio.create_task(one) for one in work]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for room in self.rooms.values():
            await room.stop()
        await self.readers.stop()
        await self.host.stop()
        await self.directory.sign_in.settle()
        await self.db.close()

    async def _supervised(self, name: str, run: Any) -> None:
        """Run an endless task; a failure is logged, and it is begun again a second later."""
        while True:
            try:
                await run()
                return
            except Exception as error:
                _log.warning("task.failed", task=name, error=str(error)[:300], exc_info=not is_outage(error))
                await asyncio.sleep(1)

    async def _bring_up(self) -> None:
        """Start floors and what follows them, now and whenever the directory has new ones."""
        while True:
            try:
                self._stale.clear()
                await self._open_floors()
                self._up = True
                for room in self.rooms.values():
                    room.directory_changed()
                self.chat.directory_changed()
                if self.voice is not None:
                    self.voice.directory_changed()
                await self._stale.wait()
            except Exception as error:
                if not is_outage(error):
                    _log.exception("house.bring_up_failed")
                await asyncio.sleep(0.5)

    async def _open_floors(self) -> None:
        await self.host.start()
        async with self.db.system() as tx:
            rows = await tx.execute(select(floor_tenant.c.tenant_id, floor_tenant.c.floor_id))
            self._floor_of = {row.tenant_id: row.floor_id for row in rows}
        new = [port for port in self.host if port.floor_id not in self.rooms]
        for port in new:
            await self._open_room(port)
        if new:
            await self.readers.stop()
            self.readers.start([reader for part in self.slices for reader in part.readers])

    async def _open_room(self, port: FloorPort) -> None:
        mirror = Mirror(port)
        self.chat.follow(mirror)
        if self.voice is not None:
            self.voice.follow(mirror)
        room = Room(
            mirror, self.db, self.clock, self.whispers, self.book, self._alarms,
            simulated=self.settings.demo, grace_ms=self.settings.agent_grace_s * 1000,
        )  # fmt: skip
        self.rooms[port.floor_id] = room
        await room.start()

    async def _beat(self) -> None:
        """Several times a second: tell everybody when a floor can't commit, and drop silent sockets."""
        while True:
            await asyncio.sleep(BEAT_S)
            for item in self.host.health().floors:
                if (room := self.rooms.get(item.floor_id)) is not None:
                    room.set_degraded(not item.ready)
            degraded = self._up and not self.host.health().ready
            self.chat.set_degraded(degraded)
            if self.voice is not None:
                self.voice.set_degraded(degraded)
            self.feed.close_silent()

    async def _keep_valid(self) -> None:
        """Ask now and then whether the open sockets' people still may: signals can be lost (FAULTS 49)."""
        while True:
            await asyncio.sleep(VALID_EVERY_S)
            open_now = {socket.who.session_id for socket in self.feed.sockets}
            open_now |= self.voice.sessions if self.voice is not None else set()
            try:
                valid = await self.directory.sign_in.still_valid(open_now)
            except Exception as error:
                if not is_outage(error):
                    _log.exception("house.validity_failed")
                continue
            for session_id in open_now - valid:
                self._close_session(session_id)

    # -- who asks whom -------------------------------------------------------------------------------------------------
    def _find_floor(self, floor_id: str) -> FloorPort:
        return self.host.add(floor_id)

    def _mirror_of(self, tenant_id: str) -> Mirror:
        room = self.rooms.get(self._floor_of.get(tenant_id, ""))
        if room is None:
            raise Unavailable("no floor serves this tenant yet")
        return room.mirror

    def _alarms(self) -> HealthFacts:
        stopped = {item.reader: item.trouble for item in self.readers.health() if item.trouble}
        trouble = [item.trouble or item.stage for item in self.host.health().floors if not item.ready]
        return HealthFacts(
            stopped_readers=stopped, degraded=trouble[0] if trouble else None,
            voice_down=self.voice.lasting_trouble() if self.voice is not None else None,
            voice_nodes_away=dict(self.voice.health.nodes_away) if self.voice is not None else {},
            relay=self.voice.upkeep.relay_trouble if self.voice is not None else None,
            unrecorded=self.voice.recorder.trouble if self.voice is not None else "",
            messages_unkept=self.voice.voicemails.unkept if self.voice is not None else 0,
            store_away=self.recordings.store_away,
        )  # fmt: skip

    async def examine(self) -> list[Part]:
        """What `/readyz` looks at."""
        parts = [await self._examine_database()]
        floors = self.host.health().floors
        parts += [Part(name=f"floor {one.floor_id}", ok=one.ready, trouble=one.trouble) for one in floors]
        if not self._up:
            parts.append(Part(name="floors", ok=False, trouble="starting"))
        for room in self.rooms.values():
            ready = room.hub.ready.is_set()
            parts.append(Part(name=f"feed {room.port.floor_id}", ok=ready, trouble="" if ready else "loading"))
        if self.voice is not None:  # without it all but calls goes on: degraded, and ready
            parts.append(Part.beside("voice", self.voice.trouble()))
            away = self.voice.health.nodes_away
            parts += [Part.beside(f"voice {node}", why) for node, why in sorted(away.items())]
        seen: dict[str, str] = {}
        for item in self.readers.health():
            seen[item.reader] = seen.get(item.reader) or item.trouble
        return [*parts, *(Part(name=f"reader {name}", ok=not why, trouble=why) for name, why in seen.items())]

    async def _examine_database(self) -> Part:
        try:
            async with asyncio.timeout(3):
                await self.db.ping()
        except Exception as error:
            return Part(name="database", ok=False, trouble=type(error).__name__)
        return Part(name="database", ok=True)

    # -- HTTP ----------------------------------------------------------------------------------------------------------
    @property
    def routes(self) -> Sequence[Any]:
        own = [*health.routes, *openapi.routes, *sign_in.routes, *feed_api.routes, *chat_api.routes, *files.routes]
        return [*own, *reception_api.routes, *(route for part in self.slices for route in part.routes)]

    def dependencies(self) -> dict[str, Provide]:
        """What handlers may ask for by name."""

        def room_of(who: Principal) -> Room:
            room = self.rooms.get(who.floor_id or "")
            if room is None:
                raise Unavailable("the floor is starting")
            return room

        def floor_of(who: Principal) -> Any:
            return self.host.get(who.floor_id or "")

        given = {
            "db": self.db, "clock": self.clock, "settings": self.settings, "floors": self.host, "chat": self.chat,
            "sign_in": self.directory.sign_in, "tickets": self.tickets, "commands": self.commands,
            "examine": self.examine, "prompts": self.prompts,
            "consent_rule": partial(consent_now, self.recordings),
        }  # fmt: skip
        plain = {name: Provide(_giving(value), sync_to_thread=False, use_cache=False) for name, value in given.items()}
        return plain | {
            "who": Provide(provide_who, sync_to_thread=False),
            "room": Provide(room_of, sync_to_thread=False),
            "floor": Provide(floor_of, sync_to_thread=False),
            "locale": Provide(self._locale, sync_to_thread=False),
            "described": Provide(self._described, sync_to_thread=True),  # takes a second, once
        }

    def _locale(self, request: Any) -> str:
        return locale_of(request, self.settings.locale)

    def _described(self, request: Any) -> dict[str, Any]:
        if self._description is None:
            self._description = openapi.document(request.app)
        return self._description


def _giving(value: Any) -> Any:
    def give() -> Any:
        return value

    return give


def make_litestar(house: House) -> Litestar:
    """The HTTP part of the application."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await house.start()
        try:
            yield
        finally:
            await house.stop()

    idempotency = Idempotency(house.db, house.clock)
    with warnings.catch_warnings():
        # Litestar 3 will want dependencies marked; in 2 they are known by their names, which reads better.
        warnings.simplefilter("ignore", DeprecationWarning)
        return _litestar(house, idempotency, lifespan)


def _litestar(house: House, idempotency: Idempotency, lifespan: Any) -> Litestar:
    return Litestar(
        route_handlers=list(house.routes),
        dependencies=house.dependencies(),
        guards=[house.gatekeeper],
        before_request=idempotency.before_request,
        middleware=[idempotency.middleware],
        exception_handlers={Exception: ProblemHandler(house.settings.locale)},
        lifespan=[lifespan],
        openapi_config=openapi.config(),
        logging_config=None,
        request_max_body_size=None,  # the edge counts
        debug=False,
    )


def create_app(settings: Settings, clock: Clock | None = None, voice: VoiceEngine | None = None) -> AsgiApp:
    """The whole application for an ASGI server (ours: `rexian.web.server`). The schema must be at head.

    `voice`: an engine in place of the one that the settings name.
    """
    house = House(settings, clock, voice)
    sockets: dict[str, AsgiApp] = {"/feed": house.feed}
    for channel in house.channels:
        sockets |= channel.sockets
    if house.voice is not None:
        sockets["/voice/desk"] = for_staff(house.tickets, house.gatekeeper.is_own_origin, house.voice.serve_desk)
    inner: Any = make_litestar(house)
    app = Edge(
        inner, sockets, Pages(demo=settings.demo, phone=settings.voice_phone), settings, exchange_socket(settings)
    )
    app.house = house
    return app


def openapi_schema() -> dict[str, Any]:
    """The API's description, without a database (for the docs)."""
    settings = Settings(database_url="postgresql://localhost/none", secret="-" * 32)
    return openapi.document(make_litestar(House(settings)))
