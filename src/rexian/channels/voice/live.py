"""A call as the channel keeps it in memory: its lines, and what the engine was last told. Rebuilt after every start."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal, Protocol

from rexian.channels.voice.calls import Facts, LegName, Line
from rexian.channels.voice.port import DigitsCollected, Dtmf, PlaybackEnded, RecordingEnded, RecordingOrder

RecordingNow = Literal["", "on", "paused"]


class Receptionist(Protocol):
    """Whoever speaks to the customer of one call when no person does (`reception/` behind `host.py`)."""

    lingers: bool
    """The customer stays on the line though the contact has ended or is being recorded."""

    def stage(self, facts: Facts, *, connected: bool) -> None:
        """Where the call stands, every time it may have changed. `connected`: customer and agent hear each other."""
        ...

    def heard(self, event: Dtmf | DigitsCollected | PlaybackEnded | RecordingEnded) -> None: ...

    def position(self, position: int, of: int, low_ms: int, high_ms: int) -> None: ...

    def tick(self) -> None: ...

    def down(self) -> None:
        """The customer's line is gone."""
        ...


class CodeAsked(Protocol):
    """A code that the customer is typing (`codes.py`)."""

    def press(self, key: str) -> None: ...

    def stop(self) -> None:
        """The call has moved on: nobody is there to ask, or to be asked."""
        ...

    def look(self, facts: Facts) -> None:
        """What the call is like after each of its changes."""
        ...


@dataclass
class LiveCall:
    """`shown`: what each leg's person was last told of it. `answered_at`: since when this handling has been talking,
    `spoken`: customer and agent have been connected in it.
    """

    contact_id: str
    tenant_id: str
    index: dict[str, str] = field(default_factory=dict)  # leg → contact: of all calls, kept by the director
    named: set[str] = field(default_factory=set)  # all its legs that there ever were
    customer_id: str = ""
    lines: dict[str, Line] = field(default_factory=dict)
    bridge: bool = False
    recording: RecordingNow = ""
    recording_id: str = ""
    spoken: bool = False
    handled_by: str = ""  # interaction and agent of the handling that `spoken` is about
    agreed: bool | None = None  # to being recorded, where the rule asks; None: not asked in this life of ours
    host: Receptionist | None = None
    code: CodeAsked | None = None  # while the customer types one: nobody hears them
    rerecords: str = ""  # the interaction whose floor is being asked to end the pause that a code has left behind
    number: str = ""  # where the customer can be rung
    locale: str = "zh-CN"
    address: str = ""  # of the page that calls
    simulated: bool = False
    ringing_since: int = 0  # a call-back rings at the customer's
    redial: bool = False  # their telephone was cut off by the exchange's end: it is called again
    ring_told: bool = False
    broke_off: int = 0  # how often their ringing has ended with the machine, in this handling
    saving: str = ""  # recording of the words that the customer leaves now
    leaving: asyncio.Event | None = None  # set when these are kept and somebody has been asked to hear them
    unheard: bool = False  # their words are not in the transcript yet, and nobody has been asked to hear them
    resumed: bool = False  # found in the floor at our start: its lines are still to be looked for
    expected: bool = False  # its contact is being committed: the floor may not know it yet
    words_tried_at: int = 0  # when their message was last offered to a queue, ms
    cut: bool = False  # the customer's line was lost before: they are not greeted again
    end_reason: str = ""  # why the contact ended, as the journal has it
    reached: bool = False  # by the call-back: handed on, they wait on the line as anybody, until they ask for another
    released: bool = False  # the customer's line was let go on purpose: that it is not there is no loss
    told_present: bool | None = None
    telling: bool = False  # the floor is being told whether the customer is there
    dialled: dict[str, str] = field(default_factory=dict)  # participant → number, for those outside
    shown: dict[str, tuple[str, str, str, bool]] = field(default_factory=dict)
    dirty: bool = False
    runner: asyncio.Task[None] | None = None

    @property
    def customer(self) -> Line | None:
        return next((line for line in self.lines.values() if line.name.kind == "customer"), None)

    def of_person(self, person_id: str) -> list[Line]:
        """Their lines in this call, the newest last."""
        theirs = [line for line in self.lines.values() if line.name.person_id == person_id]
        return sorted(theirs, key=lambda line: (line.since, line.name.number))

    def add(self, line: Line) -> Line:
        if line.name.kind == "customer":
            self.released = False
        self.lines[line.id] = line
        self.index[line.id] = self.contact_id
        self.named.add(line.id)
        return line

    def next_name(self, name: LegName) -> LegName:
        """The name of the person's next line in the same interaction."""
        theirs = [line.name.number for line in self.lines.values() if line.name.person_id == name.person_id]
        number = max([name.number, *theirs]) + 1
        return LegName(interaction_id=name.interaction_id, kind=name.kind, person_id=name.person_id, number=number)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A recording whose end isn't in the book; `bridge_id`: what it is of."""

    id: str
    bridge_id: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished recording, as the journal is to know it; `sha256` empty: it was lost."""

    id: str
    tenant_id: str
    interaction_id: str
    sha256: str
    duration_ms: int
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class LeftWords:
    """A voice message, `id` for good. `started_at`: ms since 1970 UTC."""

    id: str
    tenant_id: str
    contact_id: str
    interaction_id: str
    started_at: int
    duration_ms: int


class Recordings(Protocol):
    """Who keeps recordings (`work/recordings/contract.py`). None of it may stop a call."""

    async def begin(self, tenant_id: str, contact_id: str, interaction_id: str) -> RecordingOrder:
        """Where and under which key. Raises `OSError` when nothing can be kept."""
        ...

    async def finish(self, recording_id: str, ended: RecordingEnded) -> Kept | None:
        """Keep it; None when it was none of ours, or had been finished before."""
        ...

    async def unfinished(self) -> list[Unfinished]:
        """All that are open: being written, or left behind by a process that died."""
        ...

    async def order(self, recording_id: str) -> RecordingOrder:
        """The order that it was begun with. Raises `OSError` when its key is not to be had now."""
        ...

    async def adopt(self, alive: set[str]) -> list[Kept]:
        """Finish what an engine left behind that died; `alive` are still being written, or can still be had."""
        ...

    async def take_in(self, words: LeftWords, wav: bytes) -> Kept:
        """Keep a voice message sealed as any recording; again: the same. Raises `OSError` when it can't be kept now."""
        ...

    async def unnoted(self) -> list[Kept]:
        """Some of those that the journal may not know of yet: whoever was to tell it died."""
        ...

    async def noted(self, recording_id: str) -> None:
        """The journal knows of it, or never will."""
        ...

    async def consent_rule(self, tenant_id: str) -> Literal["always", "prompt", "never"]: ...
