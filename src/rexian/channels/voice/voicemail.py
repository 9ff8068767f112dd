"""Words that a customer leaves: recorded sealed, kept as an audio file in the transcript, and then called back.

Nothing is said to be saved before it is committed. A recording whose writer died (ours or the engine) is found in the
folder at the next start and kept as far as it reaches. Keys follow from the installation's secret and the file's name.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import uuid
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from rexian.channels.chat import files
from rexian.channels.chat.files import FileBook, FileStore
from rexian.channels.voice.asking import Asking
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import Down, Gone, RecordingOrder, Tone, VoiceEngine
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit import g711, log, sealed
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.runtime.port import Content, Unavailable

RATE = 8_000  # samples a second
_LEAST_MS = 700  # shorter is nobody's message
_SUFFIX = ".rxs"
_MARK = ".begun"
"""Lies beside where a message is to be, from before its first sound until the engine has closed it."""
_BEEP_S = 0.4
_CLOSING_S = 3.0
_log = log.get(__name__)


class Voicemails:
    """The folder of messages that are being left, and how they get into the transcript."""

    def __init__(
        self, voice: VoiceEngine, db: Database, clock: Clock, store: FileStore, book: FileBook, asking: Asking,
        folder: Path, secret: str,
    ) -> None:  # fmt: skip
        self._voice = voice
        self._db = db
        self._clock = clock
        self._store = store
        self._book = book
        self._asking = asking
        self._folder = folder
        self._secret = secret.encode()
        self._ends: dict[str, asyncio.Event] = {}
        self._files: dict[str, asyncio.Event] = {}

    def _key(self, name: str) -> bytes:
        return hmac.new(self._secret, b"voicemail\0" + name.encode(), hashlib.sha256).digest()

    # -- recording -----------------------------------------------------------------------------------------------------
    async def record(self, call: LiveCall, leg_id: str, interaction_id: str, most_s: int) -> int:
        """Take what the customer says until `end` or `most_s`; returns the ms that are kept and committed."""
        name = f"{call.tenant_id}_{call.contact_id}_{interaction_id}_{new_id()}"
        path, bridge = self._folder / f"{name}{_SUFFIX}", f"{call.contact_id}:v"
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        ended = self._ends[call.contact_id] = asyncio.Event()
        mark = path.with_suffix(_MARK)
        await asyncio.to_thread(mark.touch)
        call.saving = name
        try:
            await self._take(bridge, leg_id, RecordingOrder(id=name[-36:], path=str(path), key=self._key(name)), most_s)
            await self._until(ended, most_s)
            if await self._put_down(bridge, leg_id, name[-36:]):  # else `take_over` still looks for it
                await asyncio.to_thread(mark.unlink, missing_ok=True)
            return await self.keep(path)
        finally:
            call.saving = ""
            self._ends.pop(call.contact_id, None)

    async def _take(self, bridge: str, leg_id: str, order: RecordingOrder, most_s: int) -> None:
        await self._voice.create_bridge(bridge)
        await self._voice.join(bridge, leg_id)
        await self._voice.play(leg_id, f"beep.{order.id}", Tone("beep"))
        await asyncio.sleep(_BEEP_S)
        self._files[order.id] = asyncio.Event()
        await self._voice.record(bridge, order)

    async def _until(self, ended: asyncio.Event, most_s: int) -> None:
        try:
            async with asyncio.timeout(most_s):
                await ended.wait()
        except TimeoutError:
            pass

    async def _put_down(self, bridge: str, leg_id: str, recording_id: str) -> bool:
        """Returns when the file is closed, and whether it is; a dead engine leaves it as far as it got."""
        closed = self._files.setdefault(recording_id, asyncio.Event())
        for act in (
            self._voice.stop_recording(recording_id), self._voice.leave(leg_id), self._voice.destroy_bridge(bridge),
        ):  # fmt: skip
            try:
                await act
            except (Gone, Down):
                continue
        try:
            async with asyncio.timeout(_CLOSING_S):
                await closed.wait()
        except TimeoutError:
            _log.warning("voice.voicemail_not_closed", recording_id=recording_id)
        finally:
            self._files.pop(recording_id, None)
        return closed.is_set()

    def end(self, contact_id: str) -> None:
        """A key, or the line has gone: the message ends here."""
        if (event := self._ends.get(contact_id)) is not None:
            event.set()

    def closed(self, recording_id: str) -> None:
        """The engine has closed the file."""
        if (event := self._files.get(recording_id)) is not None:
            event.set()
        for mark in self._folder.glob(f"*_{recording_id}{_MARK}"):
            mark.unlink(missing_ok=True)

    async def take_over(self) -> set[str]:
        """Words that were being left when a process died end here; what the engine has of them it seals.

        Returns the recordings of all that are being left.
        """
        marks = await asyncio.to_thread(lambda: sorted(self._folder.glob(f"*{_MARK}")))
        for mark in marks:
            contact_id, recording_id = mark.stem.split("_")[1], mark.stem[-36:]
            if contact_id in self._ends:
                continue
            path = str(mark.with_suffix(_SUFFIX))
            order = RecordingOrder(id=recording_id, path=path, key=self._key(mark.stem))
            if not await self._voice.resume_recording(f"{contact_id}:v", order):
                await asyncio.to_thread(mark.unlink, missing_ok=True)
                continue
            try:
                await self._voice.stop_recording(recording_id)
            except Gone:
                continue  # it has ended, and is being sealed
        return {mark.stem[-36:] for mark in marks}

    # -- keeping -------------------------------------------------------------------------------------------------------
    async def keep(self, path: Path) -> int:
        """Put a finished recording into its transcript; ms, 0 when there is nothing in it. Again: the same message."""
        name = path.name.removesuffix(_SUFFIX)
        tenant_id, contact_id, interaction_id, message_id = name.split("_")
        sound = await asyncio.to_thread(_sound, path, self._key(name))
        ms = len(sound) * 1000 // RATE
        if ms < _LEAST_MS:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            return 0
        file_id = await self._store_file(tenant_id, contact_id, _wav(sound))
        if file_id is not None:
            await self._post(tenant_id, contact_id, interaction_id, message_id, file_id)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return ms

    async def _store_file(self, tenant_id: str, contact_id: str, data: bytes) -> str | None:
        floor = self._asking.floor(tenant_id)
        if floor is None:
            raise Unavailable("the floor is starting")
        contact = floor.contact(contact_id)
        if contact is None:
            return None
        stored = await self._store.put(_one(data))
        async with self._db.tenant(tenant_id) as tx:
            by = Party("customer", contact.customer_id)
            now = self._clock.now_ms()
            card = await files.add(tx, stored, tenant_id=tenant_id, name="voicemail.wav", by=by, now=now)
        self._book.put(card)
        return card.id

    async def _post(self, tenant_id: str, contact_id: str, interaction_id: str, message_id: str, file_id: str) -> None:
        floor = self._asking.floor(tenant_id)
        contact = floor.contact(contact_id) if floor is not None else None
        by = Party("customer", contact.customer_id if contact is not None else contact_id)
        content = Content(
            id=message_id, tenant_id=tenant_id, contact_id=contact_id, interaction_id=interaction_id, author=by,
            kind="file", file_id=file_id,
        )  # fmt: skip
        command = engine.PostMessage(interaction_id=interaction_id, message_id=message_id, author=by, kind="file")
        await self._asking.insist(
            tenant_id, command, by, id=str(uuid.uuid5(uuid.UUID(message_id), "voicemail")), content=[content]
        )

    async def keep_left_over(self) -> None:
        """After a start: keep what was being left when a process died."""
        for path in await asyncio.to_thread(lambda: sorted(self._folder.glob(f"*{_SUFFIX}"))):
            if path.name.split("_")[1] in self._ends or path.with_suffix(_MARK).exists():
                continue
            try:
                await self.keep(path)
            except Unavailable:
                return
            except (OSError, ValueError, sealed.Broken) as error:
                _log.error("voice.voicemail_damaged", file=path.name, error=str(error)[:200])
                await asyncio.to_thread(path.rename, path.with_suffix(".broken"))


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _sound(path: Path, key: bytes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """The customer's track of a sealed stereo mu-law WAV, as far as it was written."""
    if not path.is_file():
        return np.zeros(0, np.int16)
    reader = sealed.SealedReader(path, key)
    data = reader.read(0, reader.plain_size)
    start = data.find(b"data") + 8
    if start < 8:
        return np.zeros(0, np.int16)
    both = data[start : start + (len(data) - start) // 2 * 2]
    return np.asarray(g711.decode(both[::2]), np.int16)


def _wav(sound: np.ndarray[tuple[int], np.dtype[np.int16]]) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
    return out.getvalue()
