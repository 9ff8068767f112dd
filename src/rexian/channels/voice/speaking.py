"""Saying sentences into one leg, one after the other, and taking keys meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from rexian.channels.voice.port import Down, File, Gone, Music, Silence, Source, VoiceEngine
from rexian.kit import log

_log = log.get(__name__)


class Spoken(Protocol):
    """A sentence as sound: `ms` long."""

    @property
    def path(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def ms(self) -> int: ...


class Prompts(Protocol):
    """Where sentences come from (`prompts/`). Never raises for a missing one: then there are only the words."""

    async def say(self, tenant_id: str, locale: str, key: str, *, text: str = "", **values: int | str) -> Spoken: ...

    async def own(self, tenant_id: str, key: str) -> str:
        """Path of the tenant's own file, '' when there is none."""
        ...


class Sentence(Struct, frozen=True):
    """`id` is the machine's, `spoken` its sound."""

    id: str
    spoken: Spoken


class Mouth:
    """Plays to one leg. `ended(say_id)` is called for each sentence that has been said, was cut off or failed."""

    def __init__(self, voice: VoiceEngine, leg_id: str, mark: str, ended: Callable[[str], None]) -> None:
        self._voice = voice
        self._leg_id = leg_id
        self._mark = mark  # of this life: an engine that outlived us may still play what was said before
        self._ended = ended
        self._next: deque[Sentence] = deque()
        self._now = ""
        self._musics = 0
        self._collects: set[str] = set()

    def playback(self, say_id: str) -> str:
        return f"{self._mark}.{say_id}"

    async def say(self, sentences: list[Sentence]) -> None:
        """In place of whatever plays or was still to be said."""
        self._next = deque(sentences)
        await self._go_on()

    async def _go_on(self) -> None:
        if not self._next:
            return
        sentence = self._next.popleft()
        self._now = sentence.id
        path, ms = sentence.spoken.path, sentence.spoken.ms
        source: Source = File(path) if path else Silence(max(ms, 1))
        try:
            await self._voice.play(self._leg_id, self.playback(sentence.id), source)
        except (Gone, Down):
            self._next.clear()

    async def playback_ended(self, playback_id: str, why: str) -> None:
        """What the engine says of a playback; those of music and of earlier lives are nobody's business."""
        mark, _, say_id = playback_id.partition(".")
        if mark != self._mark or say_id != self._now:
            return
        self._now = ""
        if why == "stopped":
            self._next.clear()
        if self._next:
            await self._go_on()
        else:
            self._ended(say_id)

    async def music(self, path: str) -> None:
        self._musics += 1
        self._now, self._next = "", deque()
        await self._voice.play(self._leg_id, f"{self._mark}.m{self._musics}", Music(path))

    async def collect(self, id: str, most: int, first_ms: int, between_ms: int) -> None:
        self._collects.add(id)
        await self._voice.collect(
            self._leg_id, f"{self._mark}.{id}", most=most, first_ms=first_ms, between_ms=between_ms
        )

    def collected(self, collect_id: str) -> str:
        """The machine's name of a collection of this life; '' for another one's."""
        mark, _, id = collect_id.partition(".")
        if mark != self._mark or id not in self._collects:
            return ""
        self._collects.discard(id)
        return id

    async def quiet(self) -> None:
        """Stop what plays and what is collected."""
        now, self._now, self._next = self._now, "", deque()
        if now:
            await self._voice.stop_playback(self._leg_id, self.playback(now))
        if self._musics:
            await self._voice.stop_playback(self._leg_id, f"{self._mark}.m{self._musics}")
        for id in list(self._collects):
            self._collects.discard(id)
            await self._voice.stop_collecting(self._leg_id, f"{self._mark}.{id}")
