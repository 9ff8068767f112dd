"""Text-to-speech as a port: a service that speaks OpenAI's HTTP, or a program on this machine.

Whatever goes wrong there is `Mute`; after three failures in a row nobody is asked for half a minute.
"""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import httpx

from rexian.kit.settings import Settings

TIMEOUT_S = 15.0
MOST_BYTES = 12_000_000
FAILURES, REST_S = 3, 30.0


class Mute(Exception):
    """It could not be spoken; the message says why, without the text."""


class Voice(Protocol):
    """Speaks. `name` and the voice of the locale go into the key of the cache."""

    name: str

    def voice(self, locale: str) -> str: ...

    async def speak(self, text: str, locale: str) -> bytes:
        """Return a WAV file. Raises `Mute`."""
        ...


def voice_of(settings: Settings) -> Voice | None:
    """The voice that the settings name, or None."""
    names = {"zh-CN": settings.voice_tts_voice_zh, "en": settings.voice_tts_voice_en}
    if settings.voice_tts == "http" and settings.voice_tts_url:
        return Guarded(HttpVoice(settings.voice_tts_url, settings.voice_tts_key, settings.voice_tts_model, names))
    if settings.voice_tts == "command" and settings.voice_tts_command:
        return Guarded(CommandVoice(settings.voice_tts_command, names))
    return None


class HttpVoice:
    """`POST <url>/v1/audio/speech` with `model`, `input`, `voice`, `response_format: wav`."""

    def __init__(self, url: str, key: str, model: str, voices: dict[str, str], timeout_s: float = TIMEOUT_S) -> None:
        base = url.rstrip("/")
        self.url = base if base.endswith("/audio/speech") else f"{base.removesuffix('/v1')}/v1/audio/speech"
        self.name = f"http {self.url} {model}"
        self._key, self._model, self._voices, self._timeout_s = key, model, voices, timeout_s

    def voice(self, locale: str) -> str:
        return self._voices.get(locale, "")

    async def speak(self, text: str, locale: str) -> bytes:
        body = {"model": self._model, "input": text, "voice": self.voice(locale), "response_format": "wav"}
        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                httpx.AsyncClient(timeout=self._timeout_s) as client,
                client.stream("POST", self.url, json=body, headers=headers) as answer,
            ):
                if answer.status_code != 200:
                    raise Mute(f"answered {answer.status_code}")
                return await _within_limits(answer)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Mute(type(error).__name__) from error


async def _within_limits(answer: httpx.Response) -> bytes:
    held = bytearray()
    async for chunk in answer.aiter_bytes():
        held += chunk
        if len(held) > MOST_BYTES:
            raise Mute("too much sound")
    return bytes(held)


class CommandVoice:
    """Runs a program without a shell: the text on its standard input, a WAV file expected on its standard output.

    `{voice}` in the command stands for the voice of the locale.
    """

    def __init__(self, command: str, voices: dict[str, str], timeout_s: float = TIMEOUT_S) -> None:
        self.name = f"command {command}"
        self._command, self._voices, self._timeout_s = shlex.split(command), voices, timeout_s

    def voice(self, locale: str) -> str:
        return self._voices.get(locale, "")

    async def speak(self, text: str, locale: str) -> bytes:
        command = [part.replace("{voice}", self.voice(locale)) for part in self._command]
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
            )
        except (OSError, ValueError) as error:
            raise Mute(f"can't be run: {error}") from error
        try:
            async with asyncio.timeout(self._timeout_s):
                sound, _ = await asyncio.gather(_all_of(process), _give(process, text))
                code = await process.wait()
        except TimeoutError as error:
            raise Mute("took too long") from error
        finally:
            if process.returncode is None:
                await _end(process)
        if code:
            raise Mute(f"ended with {code}")
        return sound


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill it, and read what is left in its pipe: before that the pipe isn't closed, and nobody hears of its end."""
    with suppress(ProcessLookupError, TimeoutError):
        process.kill()
        async with asyncio.timeout(2):
            while process.stdout is not None and await process.stdout.read(65_536):
                pass
            await process.wait()


async def _give(process: asyncio.subprocess.Process, text: str) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(text.encode())
        await process.stdin.drain()
    process.stdin.close()


async def _all_of(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    held = bytearray()
    while chunk := await process.stdout.read(65_536):
        held += chunk
        if len(held) > MOST_BYTES:
            raise Mute("too much sound")
    return bytes(held)


class Guarded:
    """A circuit breaker around a voice, and at most four sentences at once."""

    def __init__(self, inner: Voice, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = inner.name
        self._inner, self._clock = inner, clock
        self._failures, self._until = 0, 0.0
        self._room = asyncio.Semaphore(4)

    def voice(self, locale: str) -> str:
        return self._inner.voice(locale)

    async def speak(self, text: str, locale: str) -> bytes:
        if self._clock() < self._until:
            raise Mute("resting after failures")
        async with self._room:
            return await self._tried(self._inner.speak(text, locale))

    async def _tried(self, speaking: Awaitable[bytes]) -> bytes:
        try:
            sound = await speaking
        except Mute:
            self._failures += 1
            if self._failures >= FAILURES:
                self._until = self._clock() + REST_S
            raise
        self._failures = 0
        return sound
