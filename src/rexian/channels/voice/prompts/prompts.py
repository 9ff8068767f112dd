"""Prompts as the channel asks for them: a file to play, and the words of it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from rexian.channels.voice import passing
from rexian.channels.voice.prompts import shipped
from rexian.channels.voice.prompts.reading import read
from rexian.channels.voice.prompts.voices import Mute, Voice
from rexian.kit import wav
from rexian.kit.i18n import as_locale, has, t
from rexian.kit.ids import new_id

WAIT_S = 4.0
"""So long a caller waits for text-to-speech; it goes on working, and the next one hears it."""
MOST_TTS_S = 120
NUMBERED = frozenset({"position", "wait", "wait_about", "wait_under", "call_back_confirmed"})
"""Prompts with numbers in them: a file of one's own can't say those."""
PRIVATE = frozenset({"call_back_confirmed"})
"""Prompts with something of the caller's: never given to a service, never kept."""

PLAYED_FOR = {"code_no_hash": "code"}
"""A file of one's own that was stored for the one on the right is played for the one on the left too."""

OwnFile = Callable[[str, str, str], Awaitable[Path | None]]
"""The tenant's own file: (tenant, locale, key) → where it lies."""
Forget = Callable[[str], None]
"""Have a tenant's files looked up anew at the next question."""

_LENGTHS: dict[tuple[str, int, int], int] = {}
"""How long files last, in ms, by path, time of writing (ns) and size: the same few are said to every caller."""
_MOST_LENGTHS = 10_000

log = structlog.get_logger(__name__)


class Spoken(Struct, frozen=True, kw_only=True):
    """A prompt, ready to be played: a WAV file (mono, 8,000 Hz, G.711 mu-law), its words, how long it lasts in ms.

    `source`: own, tts, shipped, general (the house's sentence in place of one that has no sound), beep.
    """

    path: str
    text: str
    ms: int
    source: str = "shipped"


async def no_own_file(tenant_id: str, locale: str, key: str) -> Path | None:
    return None


def nothing_known(tenant_id: str) -> None:
    return None


def _stored_as(key: str) -> str:
    family, dot, rest = key.partition(".")
    return f"{PLAYED_FOR.get(family, family)}.{rest}" if dot else key


class Prompts:
    """Finds, makes and keeps sounds. `home`: where those that are made lie."""

    def __init__(
        self, home: Path, voice: Voice | None = None, own: OwnFile = no_own_file, forget: Forget = nothing_known
    ) -> None:
        self._home = home
        self._voice = voice
        self._own = own
        self.forget = forget
        self._passing: dict[str, float] = {}  # file → when it was made, by a clock that nobody sets
        self._making: dict[str, asyncio.Task[Path]] = {}

    async def say(self, tenant_id: str, locale: str, key: str, *, text: str = "", **values: int | str) -> Spoken:
        """Return what is to be played for a prompt: own file, else text-to-speech, else shipped sounds.

        `text` are the tenant's own words in place of the house's. Never raises: what can't be said is a beep, with its
        words as a caption.
        """
        locale = as_locale(locale)
        words = self.words(locale, key, text, **values)
        try:
            return await self._found(tenant_id, locale, key, words)
        except (OSError, SQLAlchemyError, wav.WavError, KeyError, ValueError) as error:
            log.warning("prompt_failed", tenant_id=tenant_id, key=key, error=str(error)[:200])
            return Spoken(path=str(shipped.BEEP), text=words or key, ms=300, source="beep")

    def words(self, locale: str, key: str, text: str = "", **values: int | str) -> str:
        """The words of a prompt, numbers filled in."""
        if text:
            return text
        known = f"prompts.{key}" if has(f"prompts.{key}") else f"prompts.{key.partition('.')[0]}"
        return t(locale, known, **values) if has(known) else t(locale, "prompts.no_sound.beep")

    async def own(self, tenant_id: str, key: str) -> str:
        """Where the tenant's own file for a prompt lies, such as its music; empty when there is none."""
        found = await self._own(tenant_id, "zh-CN", key) or await self._own(tenant_id, "en", key) if key else None
        return str(found) if found else ""

    @property
    def has_voice(self) -> bool:
        """Whether text-to-speech is set up."""
        return self._voice is not None

    def source(self, locale: str, text: str) -> str:
        """Where the sound of these words would come from without a file of one's own: tts, shipped or general."""
        if self._voice is not None:
            return "tts"
        return "shipped" if shipped.has_all(read(text, as_locale(locale)), as_locale(locale)) else "general"

    async def _found(self, tenant_id: str, locale: str, key: str, words: str) -> Spoken:
        if key not in NUMBERED and (path := await self._own(tenant_id, locale, _stored_as(key))) is not None:
            return await _spoken(path, words, "own")
        if self._voice is not None and key not in PRIVATE and (made := await self._tts(words, locale)) is not None:
            return await _spoken(made, words, "tts")
        pieces = read(words, locale)
        if shipped.has_all(pieces, locale):
            return await _spoken(await self._assembled(pieces, locale, key in PRIVATE), words, "shipped")
        return await self._general(tenant_id, locale, key, words)

    async def _general(self, tenant_id: str, locale: str, key: str, words: str) -> Spoken:
        """The house's own sentence for a tenant's words that have no sound; the caption stays the tenant's."""
        general = self.words(locale, key)
        pieces = read(general, locale)
        log.warning("prompt_without_sound", tenant_id=tenant_id, key=key, locale=locale)
        if not shipped.has_all(pieces, locale):
            return await _spoken(shipped.BEEP, words, "beep")
        return await _spoken(await self._assembled(pieces, locale, False), words, "general")

    # -- made and kept -------------------------------------------------------------------------------------------------
    async def _assembled(self, pieces: list[str], locale: str, private: bool) -> Path:
        if private:
            return await asyncio.to_thread(self._pass, shipped.put_together(pieces, locale))
        path = self._place("put together", locale, "\n".join(pieces))
        if not path.is_file():
            await asyncio.to_thread(keep, path, shipped.put_together(pieces, locale))
        return path

    def _pass(self, sound: bytes) -> Path:
        """Keep a sound for ten minutes only, and sweep out those that are older, others' by what the disk says."""
        folder = self._home / passing.FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.wav"):
            if self._age_s(old) > passing.KEPT_S:
                old.unlink(missing_ok=True)
                self._passing.pop(old.name, None)
        path = folder / f"{new_id()}.wav"
        keep(path, sound)
        self._passing[path.name] = time.monotonic()
        return path

    def _age_s(self, sound: Path) -> float:
        made = self._passing.get(sound.name)
        if made is not None:
            return time.monotonic() - made
        try:
            return time.time() - sound.stat().st_mtime
        except FileNotFoundError:  # another has swept it out
            return 0.0

    async def _tts(self, words: str, locale: str) -> Path | None:
        """Speak it, or find it spoken already. None when that fails or takes too long."""
        assert self._voice is not None
        path = self._place(self._voice.name, self._voice.voice(locale), locale, words)
        if path.is_file():
            return path
        task = self._making.get(path.name)
        if task is None:
            task = self._making[path.name] = asyncio.create_task(self._make(path, words, locale))
            task.add_done_callback(lambda done: self._made(path.name, done))
        done, _ = await asyncio.wait({task}, timeout=WAIT_S)
        return path if done and not task.cancelled() and task.exception() is None else None

    async def _make(self, path: Path, words: str, locale: str) -> Path:
        assert self._voice is not None
        raw = await self._voice.speak(words, locale)
        await asyncio.to_thread(lambda: keep(path, wav.telephone(raw, MOST_TTS_S)))
        return path

    def _made(self, name: str, task: asyncio.Task[Path]) -> None:
        del self._making[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            why = error.code if isinstance(error, wav.WavError) else str(error)[:200]
            log.warning("tts_failed", why=why, expected=isinstance(error, Mute | wav.WavError | OSError))

    def _place(self, *parts: str) -> Path:
        name = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return self._home / name[:2] / f"{name}.wav"


async def _spoken(path: Path, words: str, source: str) -> Spoken:
    known = _state(path)
    if (ms := _LENGTHS.get(known)) is None:
        if len(_LENGTHS) >= _MOST_LENGTHS:
            _LENGTHS.clear()
        ms = _LENGTHS[known] = wav.duration_ms(await asyncio.to_thread(path.read_bytes))
    return Spoken(path=str(path), text=words, ms=ms, source=source)


def _state(path: Path) -> tuple[str, int, int]:
    written = path.stat()
    return str(path), written.st_mtime_ns, written.st_size


def keep(path: Path, sound: bytes) -> None:
    """Write beside its place, then move: whatever is in place is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        waiting.write_bytes(sound)
        os.replace(waiting, path)
    finally:
        waiting.unlink(missing_ok=True)
