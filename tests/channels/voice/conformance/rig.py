"""What an engine must bring along to be tested: people with a voice and ears, and a way to kill it.

An engine's rig is one class in `rig_<engine>.py`, listed in `conftest.py`. It says in `can` what it is able to; tests
of what it can't are skipped with that word. A `Person` is a real far end (a WebRTC peer, a SIP phone): they hear what
would reach an ear, and nothing in a test looks inside the engine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from rexian.channels.voice.port import Endpoint, Side, VoiceEngine, VoiceEvent

E = TypeVar("E", bound=VoiceEvent)
Samples = npt.NDArray[np.float64]
RATE = 8_000


class Person(Protocol):
    """A far end whose leg is up. It speaks its tone from the first moment and keeps what it hears."""

    leg_id: str

    def speak(self, hz: int) -> None:
        """Speak a tone of `hz` from now on (amplitude some −9 dBFS); 0: silence."""

    async def listen(self, seconds: float) -> Samples:
        """What is heard in the next `seconds`: mono, 8,000 Hz, −1…1."""

    async def press(self, digits: str) -> None:
        """Press keys as a telephone does, some 100 ms each."""

    def keys_heard(self) -> str:
        """Keys that the engine sent so far."""

    async def hang_up(self) -> None:
        """End the call from the far end."""


class Rig(Protocol):
    """One engine with its surroundings. `heard` keeps every event since `set_up`, in order, also of a new controller.

    `can`: of `sound`, `inbound` (offers legs), `outbound` (originates), `transfer`, `browser` (`connect`), `reconnect`
    (`connect` again), `record`, `tap`, `inject`, `whisper`, `keys_out`, `kill_engine`, `kill_controller`,
    `remembers` (tells a new controller what ended before it came; else `inventory` says it by leaving it out).
    `limits`: why it can't do the rest that a test asks for, as docs/explanation/voice.md says it.
    `kill_controller` replaces `engine` by a new one that was not told anything.
    """

    name: str
    can: frozenset[str]
    limits: ClassVar[Mapping[str, str]]
    engine: VoiceEngine
    heard: Heard

    async def set_up(self) -> None: ...

    async def tear_down(self) -> None: ...

    async def person(self, leg_id: str, side: Side, hz: int = 0, tag: str = "") -> Person:
        """Bring a person into the engine under `leg_id`; returns when the leg is up."""

    async def offer(self) -> str:
        """What a browser's page says of itself (`browser`)."""
        raise NotImplementedError

    async def callee(self) -> Endpoint:
        """Somebody who picks up at once (`outbound`)."""
        raise NotImplementedError

    async def ring_in(self) -> str:
        """Somebody calls in; the leg that was offered (`inbound`)."""
        raise NotImplementedError

    async def part(self) -> None:
        """The people of a test go; only what would burden the next one must."""
        return

    async def reconnect(self, person: Person) -> None:
        """The person's network is cut without a word, and the person comes back on the same leg."""

    async def kill_engine(self) -> None:
        """Kill the engine itself, at once (SIGKILL)."""

    async def kill_controller(self) -> None:
        """The controller dies without a word; a new one comes."""


class Heard:
    """The events of an engine. Waiting for one looks at those that came already too, unless `since` says where."""

    def __init__(self) -> None:
        self.events: list[VoiceEvent] = []
        self._news = asyncio.Event()

    def __call__(self, event: VoiceEvent) -> None:
        self.events.append(event)
        self._news.set()

    def mark(self) -> int:
        """The place in the stream that `since` means."""
        return len(self.events)

    def all(self, kind: type[E], since: int = 0, **fields: object) -> list[E]:
        """The events of `kind` whose fields are as given."""
        return [event for event in self.events[since:] if isinstance(event, kind)
                and all(getattr(event, name) == value for name, value in fields.items())]  # fmt: skip

    async def wait(self, kind: type[E], since: int = 0, seconds: float = 8.0, **fields: object) -> E:
        """The first such event, awaited for at most `seconds`."""
        deadline = time.monotonic() + seconds
        while not (found := self.all(kind, since, **fields)):
            self._news.clear()
            left = deadline - time.monotonic()
            assert left > 0, f"no {kind.__name__} {fields}; heard {self.events[since:]}"
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                continue
        return found[0]

    async def never(self, kind: type[VoiceEvent], since: int, seconds: float, **fields: object) -> None:
        """Assert that no such event comes within `seconds`."""
        await asyncio.sleep(seconds)
        assert not self.all(kind, since, **fields)


def level(sound: Samples, hz: float) -> float:
    """Level of one frequency in dBFS (a full-scale sine has 0), by a Hann window."""
    if len(sound) < 400:
        return -120.0
    window = np.hanning(len(sound))
    turn = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / RATE)
    amplitude = 2 * abs(np.sum(sound * window * turn)) / np.sum(window)
    return float(20 * np.log10(max(amplitude, 1e-6)))


def hears(sound: Samples, hz: float, floor: float = -25.0) -> bool:
    """Say whether the tone is plainly there. What is not there is at least 20 dB below that."""
    return level(sound, hz) > floor


def is_silent(sound: Samples, floor: float = -45.0) -> bool:
    """Say whether nothing but the codec's own noise is there."""
    return len(sound) == 0 or float(20 * np.log10(max(float(np.sqrt(np.mean(sound**2))), 1e-6))) < floor


async def eventually(check: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until `check` holds."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "never came true"
        await asyncio.sleep(0.02)
