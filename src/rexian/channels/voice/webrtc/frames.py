"""What web server and media process say to each other over a unix socket: msgpack, each frame behind its length.

`PROTOCOL` is raised with every change that the other side would misread: a process of another protocol is told to go.
"""

from __future__ import annotations

import asyncio
import re
import struct
from typing import Any, Literal

import msgspec
from msgspec import Struct

from rexian.channels.voice.port import (
    BadMedia,
    BridgeInfo,
    Busy,
    Cause,
    Down,
    Gone,
    LegInfo,
    Music,
    RecordingOrder,
    Role,
    Side,
    Source,
    Unsupported,
    VoiceEvent,
)
from rexian.channels.voice.webrtc.config import Config

PROTOCOL = 2
LONGEST = 1 << 20
_LENGTH = struct.Struct("!I")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class _Op(Struct, frozen=True, kw_only=True, tag=_snake):
    """A request. Its tag is the name of the core's method that answers it."""


class Health(_Op, frozen=True, kw_only=True):
    pass


class Inventory(_Op, frozen=True, kw_only=True):
    pass


class Connect(_Op, frozen=True, kw_only=True):
    leg_id: str
    sdp: str
    side: Side
    tag: str = ""


class HangUp(_Op, frozen=True, kw_only=True):
    leg_id: str
    cause: Cause = "normal"


class Play(_Op, frozen=True, kw_only=True):
    leg_id: str
    playback_id: str
    source: Source


class StopPlayback(_Op, frozen=True, kw_only=True):
    leg_id: str
    playback_id: str


class Collect(_Op, frozen=True, kw_only=True):
    leg_id: str
    collect_id: str
    most: int
    first_ms: int
    between_ms: int
    end_key: str


class StopCollecting(_Op, frozen=True, kw_only=True):
    leg_id: str
    collect_id: str


class SendDtmf(_Op, frozen=True, kw_only=True):
    leg_id: str
    keys_id: str = ""
    digits: str


class Hold(_Op, frozen=True, kw_only=True):
    leg_id: str
    on: bool
    music: Music | None = None


class Mute(_Op, frozen=True, kw_only=True):
    leg_id: str
    on: bool


class CreateBridge(_Op, frozen=True, kw_only=True):
    bridge_id: str


class Join(_Op, frozen=True, kw_only=True):
    bridge_id: str
    leg_id: str
    role: Role = "talk"


class Leave(_Op, frozen=True, kw_only=True):
    leg_id: str


class DestroyBridge(_Op, frozen=True, kw_only=True):
    bridge_id: str


class Record(_Op, frozen=True, kw_only=True):
    bridge_id: str
    order: RecordingOrder


class PauseRecording(_Op, frozen=True, kw_only=True):
    recording_id: str
    paused: bool


class StopRecording(_Op, frozen=True, kw_only=True):
    recording_id: str


class Tap(_Op, frozen=True, kw_only=True):
    tap_id: str
    leg_id: str
    what: Literal["in", "out", "both"]


class StopTap(_Op, frozen=True, kw_only=True):
    tap_id: str


class Inject(_Op, frozen=True, kw_only=True):
    leg_id: str
    inject_id: str = ""
    pcm: bytes


Op = (
    Health | Inventory | Connect | HangUp | Play | StopPlayback | Collect | StopCollecting | SendDtmf | Hold | Mute
    | CreateBridge | Join | Leave | DestroyBridge | Record | PauseRecording | StopRecording | Tap | StopTap | Inject
)  # fmt: skip


# -- to the media process --------------------------------------------------------------------------------------------
class Hello(Struct, frozen=True, kw_only=True, tag=True):
    """The first frame. What the process was started with may have changed since: `config` counts for new legs."""

    protocol: int
    config: Config


class Ask(Struct, frozen=True, kw_only=True, tag=True):
    n: int
    op: Op


class Seen(Struct, frozen=True, kw_only=True, tag=True):
    """All events up to `seq` were handled; what no controller has seen is told again to the next one."""

    seq: int


class Goodbye(Struct, frozen=True, kw_only=True, tag=True):
    """The controller leaves in order. `at_once`: end, with all legs."""

    at_once: bool = False


ToEngine = Hello | Ask | Seen | Goodbye


# -- to the web server -----------------------------------------------------------------------------------------------
class Welcome(Struct, frozen=True, kw_only=True, tag=True):
    protocol: int
    epoch: int
    version: str
    pid: int


class Answer(Struct, frozen=True, kw_only=True, tag=True):
    """`error`: `""`, or the name of the port's exception, or `invalid`."""

    n: int
    value: Any = None
    error: str = ""
    text: str = ""


class Heard(Struct, frozen=True, kw_only=True, tag=True):
    event: VoiceEvent


class Sound(Struct, frozen=True, kw_only=True, tag=True):
    tap_id: str
    pcm: bytes


ToWeb = Welcome | Answer | Heard | Sound


class Listing(Struct, frozen=True, kw_only=True):
    """The value of `Inventory`."""

    legs: tuple[LegInfo, ...]
    bridges: tuple[BridgeInfo, ...]


ERRORS: dict[str, type[Exception]] = {each.__name__: each for each in (Down, Gone, Busy, Unsupported, BadMedia)}

_encoder = msgspec.msgpack.Encoder()
_to_engine = msgspec.msgpack.Decoder(ToEngine)
_to_web = msgspec.msgpack.Decoder(ToWeb)


def encode(frame: ToEngine | ToWeb) -> bytes:
    """Frame with its length before it. Raises ValueError for one that is too long."""
    body = _encoder.encode(frame)
    if len(body) > LONGEST:
        raise ValueError("the frame is too long")
    return _LENGTH.pack(len(body)) + body


async def _read(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > LONGEST:
        raise ConnectionError("the frame is too long")
    return await reader.readexactly(length)


async def read_to_engine(reader: asyncio.StreamReader) -> ToEngine:
    """Raises ConnectionError or EOFError at the end, msgspec.ValidationError for what is no such frame."""
    frame: ToEngine = _to_engine.decode(await _read(reader))
    return frame


async def read_to_web(reader: asyncio.StreamReader) -> ToWeb:
    """As `read_to_engine`."""
    frame: ToWeb = _to_web.decode(await _read(reader))
    return frame
