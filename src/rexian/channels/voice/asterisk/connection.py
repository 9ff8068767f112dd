"""One line to one Asterisk: its events, and requests over the same WebSocket, else over HTTP.

The reader never waits for anybody: Asterisk cuts off a client that reads too slowly. Handlers of events are therefore
plain functions, and answers to requests only wake those who asked.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from rexian.channels.voice.asterisk.ari_generated import AnyMessage, Ari, AsteriskInfo, RESTResponse
from rexian.channels.voice.asterisk.needs import WANTED as WANTED_MODULES
from rexian.channels.voice.asterisk.needs import lacking, missing, too_old
from rexian.channels.voice.port import Down, Failed, Gone
from rexian.kit.trouble import Trouble

log = structlog.get_logger(__name__)

ANSWER_S = 8.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
WANTED = (
    "ApplicationReplaced", "ChannelDestroyed", "ChannelDtmfReceived", "ChannelHangupRequest", "ChannelStateChange",
    "PlaybackFinished", "RESTResponse", "RecordingFailed", "RecordingFinished", "StasisEnd", "StasisStart",
)  # fmt: skip
"""The events that are listened to: a third of those that a call makes."""

_decoder = msgspec.json.Decoder(AnyMessage)


class Refused(Failed):
    """Asterisk won't do it: a fault of ours, or a state that was not expected. `status` as in HTTP."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status} {words}")
        self.status = status


class Unusable(Exception):
    """This Asterisk can't be worked with as it is set up; `trouble` says why and how to mend it."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class Connection(Ari):
    """Keeps the line to one Asterisk: connects, reconnects with growing pauses, checks release and modules each time.

    `on_up(info)` is awaited when it is there (again), before any event is told; `on_event` is called with every event;
    `on_down(why)` when it is lost, once per loss. `refused`: nobody listens there. `needed`: see `needs.modules_for`.
    """

    def __init__(
        self, url: str, *, user: str, password: str, app: str, on_event: Callable[[AnyMessage], None],
        on_up: Callable[[AsteriskInfo], Any], on_down: Callable[[Trouble], None],
        needed: tuple[tuple[str, ...], ...] = (),
    ) -> None:  # fmt: skip
        self.url, self.app = url.rstrip("/"), app
        self._user, self._password = user, password
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._socket: ClientConnection | None = None
        self._http: httpx.AsyncClient | None = None
        self._needed = needed
        self._over_socket = True
        self._asked: dict[str, asyncio.Future[RESTResponse]] = {}
        self._count = 0
        self._early: list[AnyMessage] | None = None
        self._task: asyncio.Task[None] | None = None
        self.up = False
        self.trouble: Trouble | None = None
        self.refused = False
        self.unread = 0

    # -- life --------------------------------------------------------------------------------------------------------
    def start(self) -> None:
        if self._task is None:
            self._http = httpx.AsyncClient(auth=(self._user, self._password), timeout=ANSWER_S, trust_env=False)
            self._task = asyncio.create_task(self._run(), name=f"asterisk {self.url}")

    async def stop(self) -> None:
        """Let go of it. Calls go on."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._http:
            await self._http.aclose()
            self._http = None

    async def _run(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            was_up = await self._once()
            pause = FIRST_PAUSE_S if was_up else min(pause * 2, LONGEST_PAUSE_S)
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - spreads reconnects, hides nothing

    async def _once(self) -> bool:
        """Be connected once, until it is over. Returns whether it was of use."""
        was_up, why = False, self._trouble("closed")
        try:
            await self._look_before()
            async with connect(
                self._events_url(), additional_headers=self.credentials, proxy=None,
                ping_interval=5, ping_timeout=10, max_size=None, max_queue=None, open_timeout=5, compression=None,
            ) as self._socket:  # fmt: skip
                was_up, why = await self._be_connected(self._socket)
        except Unusable as error:
            why = error.trouble
        except InvalidStatus as error:
            why = self._refusal(error.response.status_code)
        except (Failed, Gone) as error:
            why = self._trouble("refuses", why=str(error))
        except (OSError, TimeoutError, WebSocketException, Down) as error:
            self.refused = isinstance(error, ConnectionRefusedError)
            why = self._trouble("unreachable", why=f"{type(error).__name__}: {error}")
        finally:
            self._lost(why)
        return was_up

    async def _look_before(self) -> None:
        """Ask one that could not be worked with before our application is there, and callers are sent to it."""
        if self.trouble is not None and self.trouble.code in ("asterisk_old", "asterisk_modules"):
            self._over_socket = False
            await self._examine(await self.asterisk_get_info())

    async def _be_connected(self, socket: ClientConnection) -> tuple[bool, Trouble]:
        self._early = []
        reading = asyncio.create_task(self._read(socket))
        greeting = asyncio.create_task(self._greet())
        try:
            await asyncio.wait({reading, greeting}, return_when=asyncio.FIRST_COMPLETED)
            if greeting.done():
                greeting.result()
                await reading
                return True, self._trouble("closed")
            reading.result()
            return False, self._trouble("closed")
        finally:
            for task in (reading, greeting):
                task.cancel()
            await asyncio.gather(reading, greeting, return_exceptions=True)

    async def _greet(self) -> None:
        info = await self._info()
        await self._examine(info)
        only = {"allowed": [{"type": name} for name in WANTED]}
        await self.applications_filter(self.app, filter=only)
        self.up, self.trouble, self.refused = True, None, False
        await self._on_up(info)
        early, self._early = self._early or [], None
        for event in early:
            self._tell(event)

    async def _examine(self, info: AsteriskInfo) -> None:
        """Raises `Unusable` when it is too old, or lacks modules."""
        version = info.system.version if info.system else ""
        if trouble := too_old(self.url, version):
            raise Unusable(trouble)
        running = [one.name for one in await self.asterisk_list_modules() if one.status == "Running"]
        if trouble := lacking(self.url, version, self._needed, running):
            raise Unusable(trouble)
        if gone := missing(tuple((name,) for name in WANTED_MODULES), running):
            log.info("asterisk.without", url=self.url, version=version, modules=gone)

    async def _info(self) -> AsteriskInfo:
        """The first request also finds out whether requests may go over the socket."""
        self._over_socket = True
        try:
            async with asyncio.timeout(2):
                return await self.asterisk_get_info()
        except TimeoutError:
            self._over_socket = False
            log.info("asterisk.requests_over_http", url=self.url)
            return await self.asterisk_get_info()

    def _lost(self, why: Trouble) -> None:
        was_up, self.up, self._socket, self._early = self.up, False, None, None
        for future in self._asked.values():
            if not future.done():
                future.set_exception(Down(str(why)))
        self._asked.clear()
        if was_up or why != self.trouble:
            self.trouble = why
            self._on_down(why)

    def _trouble(self, what: str, **params: str) -> Trouble:
        return Trouble(f"asterisk_{what}", {"node": self.url} | params)

    def _refusal(self, status: int) -> Trouble:
        words = {401: "login", 404: "no_ari"}
        return self._trouble(words[status]) if status in words else self._trouble("status", status=str(status))

    def _events_url(self) -> str:
        return "ws" + self.url.removeprefix("http") + f"/events?app={quote(self.app)}&subscribeAll=false"

    @property
    def credentials(self) -> dict[str, str]:
        """The header that lets us in (RFC 7617)."""
        basic = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        return {"Authorization": f"Basic {basic}"}

    # -- events ------------------------------------------------------------------------------------------------------
    async def _read(self, socket: ClientConnection) -> None:
        async for text in socket:
            try:
                message = _decoder.decode(text)
            except msgspec.MsgspecError as error:
                self._unreadable(text, error)
                continue
            if isinstance(message, RESTResponse):
                if (future := self._asked.pop(message.request_id, None)) and not future.done():
                    future.set_result(message)
            elif self._early is not None:
                self._early.append(message)
            else:
                self._tell(message)

    def _tell(self, event: AnyMessage) -> None:
        try:
            self._on_event(event)
        except Exception:
            log.exception("asterisk.event_failed", kind=type(event).__name__)

    def _unreadable(self, text: str | bytes, error: Exception) -> None:
        """An event of a newer Asterisk, or one that is not as described: counted, told of once, passed over."""
        self.unread += 1
        if self.unread <= 3:
            log.warning("asterisk.event_unreadable", url=self.url, error=str(error), start=str(text[:80]))

    # -- requests ----------------------------------------------------------------------------------------------------
    async def ask(self, method: str, path: str, parameters: dict[str, Any], kind: Any) -> Any:
        """Do one request. Raises `Down`, `Gone` (404), `Refused`."""
        given = {name: value for name, value in parameters.items() if value is not None}
        if self._over_socket and kind is not bytes:
            status, body = await self._ask_socket(method, path, given)
        else:
            status, body = await self._ask_http(method, path, given)
        if status == 404:
            raise Gone(path)
        if status >= 400:
            raise Refused(status, f"{method} {path}: {_words(body)}")
        if kind is None or kind is bytes:
            return body if kind is bytes else None
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.MsgspecError as error:
            raise Refused(502, f"{method} {path} answers what can't be read: {error}") from error

    async def _ask_socket(self, method: str, path: str, given: dict[str, Any]) -> tuple[int, bytes]:
        if (socket := self._socket) is None:
            raise Down(str(self.trouble or "not connected"))
        self._count += 1
        number = str(self._count)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        request = {"type": "RESTRequest", "transaction_id": "", "request_id": number, "method": method}
        try:
            await socket.send(msgspec.json.encode(request | _framed(method, path, given)).decode())
            async with asyncio.timeout(ANSWER_S):
                answer = await future
        except WebSocketException as error:
            raise Down(str(error)) from error
        except TimeoutError as error:
            raise Down(f"no answer to {method} {path}") from error
        finally:
            self._asked.pop(number, None)
        return answer.status_code, (answer.message_body or "").encode()

    async def _ask_http(self, method: str, path: str, given: dict[str, Any]) -> tuple[int, bytes]:
        if self._http is None:
            raise Down("not connected")
        framed = _framed(method, path, given)
        headers = {"Content-Type": framed["content_type"]} if "content_type" in framed else {}
        try:
            answer = await self._http.request(
                method, f"{self.url}/{framed['uri']}", content=framed.get("message_body"), headers=headers
            )
        except httpx.HTTPError as error:
            raise Down(f"{method} {path}: {type(error).__name__}") from error
        return answer.status_code, answer.content


def _framed(method: str, path: str, given: dict[str, Any]) -> dict[str, str]:
    """Parameters go into a JSON body where there may be one (no escaping of lists), else into the address."""
    if not given:
        return {"uri": path}
    if method in {"POST", "PUT"}:
        body = given.get("filter", given)
        return {"uri": path, "content_type": "application/json", "message_body": msgspec.json.encode(body).decode()}
    flat: Iterable[tuple[str, str]] = (
        (name, ",".join(map(str, value)) if isinstance(value, list) else str(value)) for name, value in given.items()
    )
    return {"uri": f"{path}?{urlencode(list(flat))}"}


def _words(body: bytes) -> str:
    try:
        found = msgspec.json.decode(body)
        return str(found.get("message") or found.get("error") or "")[:200]
    except (msgspec.MsgspecError, AttributeError):
        return body[:200].decode(errors="replace")
