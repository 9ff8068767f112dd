"""The voice port: all that the voice channel may ask of an engine that moves sound, and all that it hears of it.

Two engines stand behind it, `webrtc/` (embedded) and `asterisk/`; `tests/channels/voice/conformance` holds both to it.
Every operation is idempotent by the ids that the caller gives: asked again, it changes nothing and answers the same,
also when what it began has ended since. One that raised was not carried out, and may be asked again. What sets a state
(`join`, `leave`, `hold`, `mute`, `pause_recording`, a bridge's being there) has no id: of two such the later counts.
An operation on something that is gone raises `Gone` (a hang-up race is ordinary), one that the engine can't do at all
`Unsupported`, one that it has no room for `Busy`, one that it refuses for reasons of its own `Failed`, and `Down` when
the engine itself is away.

Instants are ms since 1970 UTC, durations ms. Ids are opaque, at most 120 characters of `[A-Za-z0-9_.:-]`.

A **leg** is one line to one person, a **bridge** a room in which legs hear each other, a **playback** something that
one leg hears. A leg is in one bridge at the most. What an operation brings about is told as an event: returning without
an error means that the order was taken, not that it has happened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from typing import Literal, Protocol

from msgspec import Struct

from rexian.kit.trouble import Trouble

Role = Literal["talk", "listen", "whisper", "barge"]
"""In a bridge: `talk` and `barge` are heard by all, `listen` by nobody, `whisper` only by those who have the customer:
legs of side `agent`, and of side `supervisor` whose role is `talk` (they have taken over)."""

Side = Literal["customer", "agent", "supervisor", "external"]
"""Whose leg it is: decides the channel of a recording, and who hears a whisper. `external`: called in from outside."""


def is_whispered_to(side: Side, role: Role) -> bool:
    """Whether such a leg hears who whispers."""
    return side == "agent" or (side == "supervisor" and role == "talk")


Cause = Literal[
    "normal", "busy", "rejected", "no_answer", "unreachable", "lost", "engine_down", "too_many", "not_allowed", "error",
]  # fmt: skip
"""Why a leg ended, whatever the line calls it (a SIP answer, RFC 3261 section 21; a Q.850 cause; a network gone).

`lost`: nothing came from the peer any more. `too_many`: no room for it. `not_allowed`: the number may not be called.
"""

LegState = Literal["offered", "dialling", "ringing", "up", "ended"]
"""`offered`: calls in, not picked up. `dialling`, `ringing`: called by us. `up`: sound flows in both directions."""


class Down(Exception):
    """The engine is not there. It is being started again; reconcile by `legs()` when `EngineUp` arrives."""


class Gone(Exception):
    """What the operation speaks of has ended."""


class Busy(Exception):
    """No room for another leg: the caller is to be told so, and offered a call-back."""


class Unsupported(Exception):
    """This engine can't do it (the embedded one has no telephone lines)."""


class Failed(Exception):
    """The engine would not do it, though it is there: asked in a state that it did not expect, or a fault."""


class BadMedia(Exception):
    """What the peer says of itself (SDP, RFC 8866) can't be used.

    `code`: `sdp_unreadable`; `no_audio`, no audio that can be received; `no_codec`, no G.711; `no_security`, no
    DTLS-SRTP (RFC 5763), or not all on one port (RFC 8843, RFC 5761).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# -- what is named ---------------------------------------------------------------------------------------------------
class Device(Struct, frozen=True, tag="device"):
    """A browser page that is signed in here and asked through its own socket (embedded engine)."""

    id: str


class Phone(Struct, frozen=True, tag="phone"):
    """A SIP phone or browser registered at the exchange under this name."""

    name: str


class Number(Struct, frozen=True, tag="number"):
    """A telephone number over a trunk, E.164 with `+` or as the trunk wants it."""

    digits: str
    trunk: str = ""


Endpoint = Device | Phone | Number


class File(Struct, frozen=True, tag="file"):
    """A sound file on this machine: WAV, mono, 8,000 or 16,000 Hz, 16-bit PCM or G.711."""

    path: str


class Tone(Struct, frozen=True, tag="tone"):
    """`ringback`, `busy`, `beep`, `connected`, or a frequency in Hz from 20 to 3,400, such as `440`."""

    name: str


class Music(Struct, frozen=True, tag="music"):
    """Plays until stopped. `path` as for `File`; empty: the engine's own."""

    path: str = ""


class Silence(Struct, frozen=True, tag="silence"):
    """Nothing, for so long; its end is told as any playback's."""

    ms: int


Source = File | Tone | Music | Silence


class Caller(Struct, frozen=True, kw_only=True):
    """Who calls, as far as the line says so. `verstat`: STIR/SHAKEN's word (RFC 8224), `""` when there is none.

    `number`, `dialled`: as the line gives them, E.164 with `+` where it does; empty when withheld. Never proof of who
    it is (FAULTS 40).
    """

    number: str = ""
    name: str = ""
    dialled: str = ""
    verstat: Literal["", "TN-Validation-Passed", "TN-Validation-Failed", "No-TN-Validation"] = ""


class LegInfo(Struct, frozen=True, kw_only=True):
    """A leg as the engine has it now. `playing`: ids of playbacks; `bridge_id` empty: in none.

    `tag` is what the creator gave and is handed back (reconciling after a crash). `since_at`: when it began, ms since
    1970 UTC, 0 where not known.
    """

    id: str
    state: LegState
    side: Side
    tag: str = ""
    bridge_id: str = ""
    role: Role = "talk"
    held: bool = False
    muted: bool = False
    playing: tuple[str, ...] = ()
    since_at: int = 0


class BridgeInfo(Struct, frozen=True, kw_only=True):
    """A bridge as the engine has it now. `legs`: their ids; `recording_id` empty: it is not recorded."""

    id: str
    legs: tuple[str, ...] = ()
    recording_id: str = ""
    recording_paused: bool = False


class Inventory(Struct, frozen=True, kw_only=True):
    """All that lives in the engine now. `partial`: a machine of several that may have more can't be asked now."""

    epoch: int
    legs: tuple[LegInfo, ...] = ()
    bridges: tuple[BridgeInfo, ...] = ()
    partial: bool = False


class Health(Struct, frozen=True, kw_only=True):
    """How the engine is. `legs`: that live now; `capacity`: that it admits.

    `late_ms`: p99 lateness of the mixer's 20 ms beat over the last ten seconds (embedded), 0 where not known. `cpu`:
    share of one core, 0…1 and above. `trouble`: for people who look after it, empty when there is none.
    `why`: the same as a code. `full`: no further call should be taken, for whoever is in already will need what is
    left. `nodes_away`: machines of several that can't be reached, and why.
    """

    up: bool
    engine: str
    version: str = ""
    epoch: int = 0
    legs: int = 0
    capacity: int = 0
    full: bool = False
    cpu: float = 0.0
    late_ms: float = 0.0
    trouble: str = ""
    why: Trouble | None = None
    nodes_away: dict[str, Trouble] = {}


class RecordingOrder(Struct, frozen=True, kw_only=True):
    """Where and under which key a recording is written: `kit/sealed.py`, WAV (G.711 mu-law, 8,000 Hz, stereo) inside.

    Left channel: legs of side `customer`; right: all others. `key`: 32 bytes, AES-256.
    """

    id: str
    path: str
    key: bytes


# -- what is heard of it ---------------------------------------------------------------------------------------------
class _Event(Struct, frozen=True, kw_only=True, tag=True):
    """`seq` counts from 1 within `epoch` (one life of the engine). `mono_ms`: the monotonic clock of whoever tells it;
    `at`: the wall's as it was when that process began, carried on steadily: setting it puts nothing out of order.
    """

    seq: int = 0
    epoch: int = 0
    at: int = 0
    mono_ms: int = 0


class EngineUp(_Event, frozen=True, kw_only=True):
    """It is there (again). A new epoch: whatever lived before is gone; the same one: only the line to it was cut."""

    version: str = ""


class EngineDown(_Event, frozen=True, kw_only=True):
    """It is away until `EngineUp`: operations raise `Down`. `reason` is for the log, `why` for people."""

    reason: str = ""
    why: Trouble | None = None


class LegOffered(_Event, frozen=True, kw_only=True):
    """Somebody calls in. Answered by `answer` or `reject`."""

    leg_id: str
    caller: Caller


class LegRinging(_Event, frozen=True, kw_only=True):
    """The other end rings. A line may leave it out."""

    leg_id: str


class LegAnswered(_Event, frozen=True, kw_only=True):
    """Sound flows in both directions."""

    leg_id: str


class LegEnded(_Event, frozen=True, kw_only=True):
    """`by_peer`: the other end hung up. Its playbacks and its place in a bridge are gone with it."""

    leg_id: str
    cause: Cause = "normal"
    by_peer: bool = False


class Dtmf(_Event, frozen=True, kw_only=True):
    """One key: `0`–`9`, `*`, `#`, `A`–`D`, told at its end, once (RFC 4733)."""

    leg_id: str
    digit: str
    duration_ms: int = 0


class DigitsCollected(_Event, frozen=True, kw_only=True):
    """What `collect` took, without the end key; once for each. `why`: `enough`, `end_key`, `timeout` (no further key),
    `nothing` (no key at all), `stopped`."""

    leg_id: str
    collect_id: str
    digits: str
    why: Literal["enough", "end_key", "timeout", "nothing", "stopped"]


class PlaybackEnded(_Event, frozen=True, kw_only=True):
    """Once for each `play`. `failed`: a file that is not there, or of a format that can't be played."""

    leg_id: str
    playback_id: str
    why: Literal["finished", "stopped", "failed"] = "finished"


class BridgeChanged(_Event, frozen=True, kw_only=True):
    """Who is in it now: all of them, not the difference."""

    bridge_id: str
    legs: tuple[str, ...]


class RecordingEnded(_Event, frozen=True, kw_only=True):
    """The file `path` is closed. `sha256` (hexadecimal) and `size` (bytes) are of the sealed file, `duration_ms` of the
    sound.

    `why`: `stopped`, `leg_ended`; nobody wished it to end: `disk_full`, `failed`. `left`: nothing was kept yet, but the
    engine still has the sound; `resume_recording` tries again, and its end is told once more.
    """

    recording_id: str
    bridge_id: str
    duration_ms: int
    size: int
    sha256: str
    why: Literal["stopped", "leg_ended", "disk_full", "failed"] = "stopped"
    path: str = ""
    left: bool = False


class TapEnded(_Event, frozen=True, kw_only=True):
    """The tap's sound has ended: the leg has, or somebody stopped it."""

    tap_id: str


class MediaStatistics(_Event, frozen=True, kw_only=True):
    """About every five seconds per leg that is up. `mos`: 1…5 by the E-model (ITU-T G.107) from loss and delay.

    `jitter_ms`: interarrival jitter (RFC 3550 section 6.4.1). `loss`: share lost since the report before, 0…1
    (embedded: of the worse direction). `received`, `sent`: packets since the leg began. `silent_ms`: for how long no
    packet has come (a peer that is gone: FAULTS 43).
    """

    leg_id: str
    jitter_ms: float
    loss: float
    mos: float
    received: int = 0
    sent: int = 0
    silent_ms: int = 0


VoiceEvent = (
    EngineUp | EngineDown | LegOffered | LegRinging | LegAnswered | LegEnded | Dtmf | DigitsCollected | PlaybackEnded
    | BridgeChanged | RecordingEnded | TapEnded | MediaStatistics
)  # fmt: skip
VoiceListener = Callable[[VoiceEvent], None]


# -- the port --------------------------------------------------------------------------------------------------------
class VoiceEngine(Protocol):
    """An engine as the voice channel knows it. All coroutines may raise `Down`; those on a leg or a bridge, `Gone`."""

    name: str

    async def start(self) -> None:
        """Begin to be there; returns at once. `EngineUp` tells when it is."""
        ...

    async def stop(self) -> None:
        """Let go of it. Calls go on where the engine can keep them."""
        ...

    def listen(self, listener: VoiceListener) -> Callable[[], None]:
        """Call `listener` with every event, in order, on the event loop. Returns how to stop listening."""
        ...

    async def health(self) -> Health:
        """Never raises `Down`: it says so."""
        ...

    async def inventory(self) -> Inventory:
        """All legs and bridges that live: what a controller that was away reconciles with."""
        ...

    # legs
    async def connect(self, leg_id: str, sdp: str, *, side: Side, tag: str = "") -> str:
        """Take a browser's offer and return the answer (SDP, RFC 8829; embedded engine): a leg begins, or goes on after
        a lost network.

        Raises `BadMedia`, `Busy`, and `Unsupported` where browsers speak SIP to the exchange themselves.
        """
        ...

    async def answer(self, leg_id: str, *, side: Side, tag: str = "") -> None:
        """Pick up a leg that was offered."""
        ...

    async def reject(self, leg_id: str, cause: Cause = "busy") -> None:
        """Turn a leg that was offered away. Never raises `Gone`."""
        ...

    async def hang_up(self, leg_id: str, cause: Cause = "normal") -> None:
        """Never raises `Gone`."""
        ...

    async def originate(
        self, leg_id: str, to: Endpoint, *, side: Side, tag: str = "", caller: Caller | None = None,
        timeout_ms: int = 30_000, try_id: str = "",
    ) -> None:  # fmt: skip
        """Call somebody; `caller` is who is shown there. Tells `LegRinging`, then `LegAnswered` or `LegEnded`.

        A leg that has ended is called again only by another `try_id`: a call-back to the same customer is a new try.

        After `timeout_ms` without an answer it ends as `no_answer`. Raises `Busy`, and `Unsupported` for an endpoint
        that this engine doesn't reach and for a number that may not be called.
        """
        ...

    async def transfer(self, leg_id: str, to: Endpoint) -> None:
        """Blind transfer out of the house: the leg is the other place's from now on. Raises `Unsupported`."""
        ...

    # media
    async def play(self, leg_id: str, playback_id: str, source: Source) -> None:
        """Play to one leg, at once, in place of what it played before. Mixed below the talk of its bridge, if any.

        An id that has ended is not played anew. A source that can't be played is told by `PlaybackEnded`, not raised.
        """
        ...

    async def stop_playback(self, leg_id: str, playback_id: str) -> None:
        """One that has ended already stays ended."""
        ...

    async def collect(
        self, leg_id: str, collect_id: str, *, most: int = 1, first_ms: int = 8_000, between_ms: int = 3_000,
        end_key: str = "#",
    ) -> None:  # fmt: skip
        """Take keys into one answer, `DigitsCollected`; a key stops what plays. While it collects no `Dtmf` is told.

        It ends with `most` keys, with `end_key` (empty: none ends it), after `first_ms` without any key, or
        `between_ms` after the last one. An id that has ended begins nothing anew.
        """
        ...

    async def stop_collecting(self, leg_id: str, collect_id: str) -> None:
        """`DigitsCollected` tells, as `stopped`, what was taken until then."""
        ...

    async def send_dtmf(self, leg_id: str, keys_id: str, digits: str) -> None:
        """Send keys to the other end, one after the other (RFC 4733): `0`–`9`, `*`, `#`, `A`–`D`.

        Raises `Unsupported` when the other end takes no keys, and ValueError for what is no key.
        """
        ...

    async def hold(self, leg_id: str, on: bool, music: Music | None = None) -> None:
        """Held: hears music, isn't heard, hears nobody."""
        ...

    async def mute(self, leg_id: str, on: bool) -> None:
        """Muted: isn't heard, hears all."""
        ...

    # bridge
    async def create_bridge(self, bridge_id: str) -> None:
        """An empty bridge. It lives until it is destroyed, also while nobody is in it."""
        ...

    async def join(self, bridge_id: str, leg_id: str, role: Role = "talk") -> None:
        """Put a leg into a bridge, or change its role there; it leaves the bridge where it was."""
        ...

    async def leave(self, leg_id: str) -> None:
        """Take a leg out of its bridge, if it is in one; it stays up, alone."""
        ...

    async def destroy_bridge(self, bridge_id: str) -> None:
        """Its legs stay up, alone; its recording ends."""
        ...

    # recording
    async def record(self, bridge_id: str, order: RecordingOrder) -> None:
        """Record a bridge from now on; `RecordingEnded` tells when the file is closed, also when it could not be
        written."""
        ...

    async def pause_recording(self, recording_id: str, paused: bool) -> None:
        """Paused: time goes on, silence is written."""
        ...

    async def stop_recording(self, recording_id: str) -> None:
        """End it; what was recorded is kept. One that has ended stays ended; of one that was never begun an engine may
        raise `Gone`."""
        ...

    async def resume_recording(self, bridge_id: str, order: RecordingOrder) -> bool:
        """Take over what was begun by this order before a crash: it goes on, or is finished (`RecordingEnded` tells).

        Returns whether the engine has anything of it, or has told its end.
        """
        ...

    async def clear_recordings(self, known: Collection[str]) -> None:
        """Delete what the engine still has of recordings that nobody knows. Nothing lies about in clear."""
        ...

    # tap
    async def tap(self, tap_id: str, leg_id: str, what: Literal["in", "out", "both"]) -> AsyncIterator[bytes]:
        """Live sound of a leg: frames of 20 ms, 16-bit little-endian PCM, mono, 8,000 Hz. Ends with the leg.

        `in`: what the leg says, `out`: what it hears. Asked again while it runs, the new reader has the sound from then
        on, and the one before ends. One that has ended raises `Gone`.
        """
        ...

    async def inject(self, leg_id: str, inject_id: str, pcm: bytes) -> None:
        """Give a leg sound to hear, in the format of `tap`, mixed with what it hears; at most two seconds are kept.

        Each piece of a stream has an id of its own; of a leg the newest 500 are known again.
        """
        ...

    async def stop_tap(self, tap_id: str) -> None:
        """Its reader ends, and `TapEnded` tells so."""
        ...
