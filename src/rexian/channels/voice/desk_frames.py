"""The frames of the staff's phone socket: what a desk's page sends and what the server sends, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from rexian.channels.visiting.frames import Ping, Pong, Uuid
from rexian.channels.voice.frames import Digit, IceServer, Sdp

__all__ = ["Ping", "Pong"]

LegId = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]
Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
DeviceId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]
LegState = Literal["connecting", "up", "lost", "ended"]


# -- what the desk's page sends ----------------------------------------------------------------------------------------
class Hello(Struct, tag_field="t", tag="hello"):
    """`device`: the page's own random id, kept in its session storage. `label`: what a person calls this device."""

    device: DeviceId
    v: int = 1
    label: Text = ""


class Ready(Struct, tag_field="t", tag="ready"):
    """Whether this page can take a call now; `why` not: `ask`, `refused`, `none`, `busy`, `insecure`, …"""

    microphone: bool
    why: Annotated[str, Meta(max_length=64)] = ""


class Offer(Struct, tag_field="t", tag="offer"):
    leg: LegId
    sdp: Sdp


class HangUp(Struct, tag_field="t", tag="hangup"):
    """Drop this leg only: the interaction goes on. Ending it is the feed's `EndInteraction`."""

    leg: LegId


class Key(Struct, tag_field="t", tag="key"):
    """A key for those outside. `id`: sent again under the same id it is pressed once."""

    leg: LegId
    digit: Digit
    id: Uuid | None = None


class Mute(Struct, tag_field="t", tag="mute"):
    leg: LegId
    on: bool


class Take(Struct, tag_field="t", tag="take"):
    """Bring my live call to this device; with `code`: a colleague's of the same tenant, found by its code alone too."""

    interaction: Annotated[str, Meta(max_length=36, pattern=r"^[0-9a-f-]*$(?!\n)")] = ""
    code: Annotated[str, Meta(max_length=12)] = ""


class Check(Struct, tag_field="t", tag="check"):
    id: Uuid
    sdp: Sdp


InteractionId = Annotated[str, Meta(max_length=36, pattern=r"^[0-9a-f-]+$(?!\n)")]


class Codes(Struct, tag_field="t", tag="codes"):
    """Which codes may the customer of this talk be asked for?"""

    interaction: InteractionId


class AskCode(Struct, tag_field="t", tag="ask_code"):
    """Have the customer type this code. The same `id` again asks once."""

    id: Uuid
    interaction: InteractionId
    code: Annotated[str, Meta(min_length=1, max_length=40)]


class CancelCode(Struct, tag_field="t", tag="cancel_code"):
    interaction: InteractionId


Ask = Codes | AskCode | CancelCode | Hello | Ready | Offer | HangUp | Key | Mute | Take | Check | Ping


# -- what the server sends ---------------------------------------------------------------------------------------------
class Sip(Struct, kw_only=True):
    """How the page registers at the exchange itself (engine `asterisk`)."""

    ws: str
    uri: str
    user: str
    password: str


class SipRenewed(Struct, tag_field="t", tag="sip"):
    """The page registers with this from now on; its present registration and its calls stay."""

    sip: Sip


class CallView(Struct, kw_only=True):
    """One leg of the person in a live call. `here`: on the device that reads this. `code`: for taking it elsewhere.

    `muted`: the person wants not to be heard, on this leg and on those that follow it. `telephone`: it is on the
    telephone on their desk, whose name is `device_label`.
    """

    interaction: str
    leg: str
    role: str
    state: LegState
    here: bool
    device_label: str
    code: str
    muted: bool = False
    telephone: bool = False


class Call(CallView, tag_field="t", tag="call", kw_only=True):
    """Sent on every change to all devices of the person."""


class Welcome(Struct, tag_field="t", tag="welcome", kw_only=True):
    """`phone`: the person's telephone at the exchange, which rings; `sip`: how this page becomes that telephone."""

    person: str
    engine: Literal["embedded", "asterisk"]
    ice_servers: list[IceServer]
    calls: list[CallView]
    now: int
    up: bool = True
    sip: Sip | None = field(default=None)
    phone: str = ""


class Connect(Struct, tag_field="t", tag="connect"):
    """Make a connection for this leg and send its `offer`."""

    leg: str
    interaction: str
    role: str


class Answer(Struct, tag_field="t", tag="answer"):
    leg: str
    sdp: str


class Checked(Struct, tag_field="t", tag="answer"):
    """The answer to an echo test."""

    id: str
    leg: str
    sdp: str


class CodeView(Struct, kw_only=True):
    """A code that may be asked for; `shown`: what the agent will see of it."""

    id: str
    title: str
    least: int
    most: int
    secret: bool
    shown: Literal["nothing", "last4", "all"]


class CodeList(Struct, tag_field="t", tag="codes"):
    interaction: str
    codes: list[CodeView]


class CodeNow(Struct, tag_field="t", tag="code", kw_only=True):
    """How asking for a code stands: to all devices of the person. `typed`: how many digits so far; `again`: once more.

    `digits`: what the agent may see, once it is done, and only on the device that asked.
    """

    interaction: str
    id: str
    title: str
    state: Literal["asked", "done", "timeout", "too_few", "cancelled", "lost"]
    typed: int
    most: int
    again: bool = False
    shown: Literal["nothing", "last4", "all"] = "nothing"
    digits: str = ""


class Drop(Struct, tag_field="t", tag="drop"):
    leg: str
    cause: str


class Quality(Struct, tag_field="t", tag="quality"):
    """`loss`: 0…1; `mos`: 1…5 (ITU-T G.107)."""

    leg: str
    mos: float
    loss: float
    jitter_ms: float


class Engine(Struct, tag_field="t", tag="engine"):
    up: bool
    text: str


class Alarm(Struct, tag_field="t", tag="alarm"):
    """An emergency that nobody takes, loudly; `on` false: somebody has it."""

    interaction: str
    on: bool
    text: str


class Told(Struct, tag_field="t", tag="nack", kw_only=True):
    """Something could not be done, in words. `id`: the ask's or the leg's, None when it belongs to none."""

    id: str | None
    code: str
    text: str
