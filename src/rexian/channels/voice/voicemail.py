"""Words that a customer leaves: recorded sealed, kept as any recording is, heard in the transcript, then called back.

Nothing is said to be saved before it is committed. While it is being left a message lies in a folder of its own, under
a key that follows from the installation's secret and the file's name: whatever is away then (the tenant's key, room,
the database), no word is lost. One whose writer died (ours or the engine), or that could not be kept, is found in the
folder and kept as far as it reaches.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import uuid
import wave
from contextlib import suppress
from pathlib import Path

import numpy as np

from rexian.channels.chat import files
from rexian.channels.chat.files import FileBook
from rexian.channels.voice.asking import Asking
from rexian.channels.voice.live import LeftWords, LiveCall
from rexian.channels.voice.noting import Noting
from rexian.channels.voice.port import Down, Gone, RecordingOrder, Tone, VoiceEngine
from rexian.channels.voice.recorder import Recorder
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit import g711, log, sealed
from rexian.kit.clock import Clock
from rexian.kit.database import Database, is_outage
from rexian.kit.ids import new_id
from rexian.runtime.port import Content, Unavailable

RATE = 8_000  # samples a second
_LEAST_MS = 700  # shorter is nobody's message
_SUFFIX = ".rxs"
_MARK = ".begun"
"""Lies beside where a message is to be, from before its first sound until the engine has closed it."""
_BEEP_S = 0.4
_CLOSING_S = 3.0
_AGAIN_MS = 10_000
Sound = np.ndarray[tuple[int], np.dtype[np.int16]]
_log = log.get(__name__)


class Voicemails:
    """The folder of messages that are being left, and how they get into the transcript."""

    def __init__(
        self, voice: VoiceEngine, db: Database, clock: Clock, book: FileBook, asking: Asking, recorder: Recorder,
        noting: Noting, folder: Path, secret: str,
    ) -> None:  # fmt: skip
        self._voice = voice
        self._db = db
        self._clock = clock
        self._book = book
        self._asking = asking
        self._recorder = recorder
        self._noting = noting
        self._folder = folder
        self._secret = secret.encode()
        self._ends: dict[str, asyncio.Event] = {}
        self._files: dict[str, asyncio.Event] = {}
        self._again_at: dict[str, int] = {}  # a file that could not be kept → not before, ms

    def _key(self, name: str) -> bytes:
        return hmac.new(self._secret, b"voicemail\0" + name.encode(), hashlib.sha256).digest()

    # -- recording -----------------------------------------------------------------------------------------------------
    async def record(self, call: LiveCall, leg_id: str, interaction_id: str, most_s: int) -> int | None:
        """Take what the customer says until `end` or `most_s`; returns the ms that are kept and committed.

        None: they are there, sealed, and are kept later. Nobody may call them saved now.
        """
        name = f"{call.tenant_id}_{call.contact_id}_{interaction_id}_{new_id()}"
        ended = self._ends[call.contact_id] = asyncio.Event()
        call.saving = name  # from here on whoever takes the caller ends it, before anything was done
        try:
            return await self._record(f"{call.contact_id}:v", leg_id, name, ended, most_s)
        finally:
            if self._ends.get(call.contact_id) is ended:  # else they have come back and leave words anew
                call.saving = ""
                del self._ends[call.contact_id]

    async def _record(self, bridge: str, leg_id: str, name: str, ended: asyncio.Event, most_s: int) -> int | None:
        path = self._folder / f"{name}{_SUFFIX}"
        mark, order = path.with_suffix(_MARK), RecordingOrder(id=name[-36:], path=str(path), key=self._key(name))
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(mark.touch)
        try:
            if await self._take(bridge, leg_id, order, ended):
                await self._until(ended, most_s)
        except Exception:  # whatever the engine refuses: nothing of it stays standing
            await self._put_down(bridge, order.id)
            raise
        begun = order.id in self._files
        closed = await self._put_down(bridge, order.id)
        if closed or not begun:  # else `take_over` still looks for it
            await asyncio.to_thread(mark.unlink, missing_ok=True)
        elif not await asyncio.to_thread(path.exists):
            return None
        return await self._keep_now(path) if begun else 0

    async def _take(self, bridge: str, leg_id: str, order: RecordingOrder, ended: asyncio.Event) -> bool:
        """Begin after the tone; False when that is over already. Who was taken meanwhile is not fetched back."""
        try:
            await self._voice.create_bridge(bridge)
            if ended.is_set():
                return False
            await self._voice.join(bridge, leg_id)
            await self._voice.play(leg_id, f"beep.{order.id}", Tone("beep"))
            await asyncio.sleep(_BEEP_S)
            if ended.is_set():
                return False
            self._files[order.id] = asyncio.Event()
            await self._voice.record(bridge, order)
        except Gone:
            self._files.pop(order.id, None)
            return False
        except Down:  # it may have heard us
            return False
        return True

    async def _until(self, ended: asyncio.Event, most_s: int) -> None:
        try:
            async with asyncio.timeout(most_s):
                await ended.wait()
        except TimeoutError:
            pass

    async def _put_down(self, bridge: str, recording_id: str) -> bool:
        """Returns when the file is closed, and whether it is; a dead engine leaves it as far as it got.

        With the bridge goes whoever is still in it: an agent may have taken the caller out of it.
        """
        for act in (self._voice.stop_recording(recording_id), self._voice.destroy_bridge(bridge)):
            try:
                await act
            except (Gone, Down):
                continue
        if (closed := self._files.get(recording_id)) is None:
            return False
        try:
            async with asyncio.timeout(_CLOSING_S):
                await closed.wait()
        except TimeoutError:
            _log.warning("voice.voicemail_not_closed", recording_id=recording_id)
        finally:
            self._files.pop(recording_id, None)
        return closed.is_set()

    def end(self, contact_id: str) -> None:
        """A key, the line has gone, or somebody has taken the caller: the message ends here."""
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
            if await self._voice.resume_recording(f"{contact_id}:v", order):
                with suppress(Gone):  # it has ended, and is being sealed
                    await self._voice.stop_recording(recording_id)
            else:
                await asyncio.to_thread(mark.unlink, missing_ok=True)
            await self._voice.destroy_bridge(f"{contact_id}:v")
        return {mark.stem[-36:] for mark in marks}

    def left_by(self) -> set[str]:
        """Contacts whose words lie in the folder: being left, or not yet in their transcripts."""
        paths = [path for suffix in (_SUFFIX, _MARK) for path in self._folder.glob(f"*{suffix}")]
        return {parts[1] for path in paths if len(parts := path.stem.split("_")) == 4}

    # -- keeping -------------------------------------------------------------------------------------------------------
    @property
    def unkept(self) -> int:
        """How many messages lie in the folder because they can't be kept now (no key, no room, no database)."""
        return len(self._again_at)

    async def _keep_now(self, path: Path) -> int | None:
        """`keep`; None when that can't be done now."""
        try:
            return await self.keep(path)
        except Exception as error:
            if not isinstance(error, OSError | Unavailable | sealed.Broken) and not is_outage(error):
                raise
            self._not_kept(path, error)
            return None

    def _not_kept(self, path: Path, error: Exception) -> None:
        _log.error("voice.voicemail_not_kept", file=path.name, error=str(error)[:200])
        self._again_at[path.name] = self._clock.now_ms() + _AGAIN_MS

    async def keep(self, path: Path) -> int:
        """Put a finished message among the recordings and into its transcript; ms, 0 when there is nothing in it.

        Again: the same message. Raises `OSError` when it can't be kept now, and `Unavailable`; it lies there still.
        """
        name = path.name.removesuffix(_SUFFIX)
        tenant_id, contact_id, interaction_id, message_id = name.split("_")
        sound, ended_at = await asyncio.to_thread(_sound, path, self._key(name))
        ms = len(sound) * 1000 // RATE
        if ms >= _LEAST_MS:
            words = LeftWords(message_id, tenant_id, contact_id, interaction_id, ended_at - ms, ms)
            await self._keep(words, _wav(sound))
        self._again_at.pop(path.name, None)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return ms if ms >= _LEAST_MS else 0

    async def _keep(self, words: LeftWords, wav: bytes) -> None:
        recordings, floor = self._recorder.recordings, self._asking.floor(words.tenant_id)
        if recordings is None:
            raise OSError("nobody keeps recordings here")
        if floor is None:
            raise Unavailable("the floor is starting")
        kept = await recordings.take_in(words, wav)
        contact = floor.contact(words.contact_id)
        await self._show(words, Party("customer", contact.customer_id if contact else words.contact_id), len(wav))
        self._noting.soon(kept)

    async def _show(self, words: LeftWords, by: Party, size: int) -> None:
        """In the transcript it is a file. One that is too late for it is among the contact's recordings."""
        async with self._db.tenant(words.tenant_id) as tx:
            now = self._clock.now_ms()
            card = await files.add_sound(
                tx, words.id, tenant_id=words.tenant_id, name="voicemail.wav", size=size, by=by, now=now
            )
        self._book.put(card)
        content = Content(
            id=words.id, tenant_id=words.tenant_id, contact_id=words.contact_id, interaction_id=words.interaction_id,
            author=by, kind="file", file_id=card.id,
        )  # fmt: skip
        command = engine.PostMessage(interaction_id=words.interaction_id, message_id=words.id, author=by, kind="file")
        id = str(uuid.uuid5(uuid.UUID(words.id), "voicemail"))
        if await self._asking.insist(words.tenant_id, command, by, id=id, content=[content]) is None:
            _log.warning("voice.words_too_late", contact_id=words.contact_id, recording_id=words.id)

    async def keep_left_over(self) -> None:
        """Keep what was being left when a process died, and what could not be kept before."""
        paths = await asyncio.to_thread(lambda: sorted(self._folder.glob(f"*{_SUFFIX}")))
        self._again_at = {path.name: self._again_at[path.name] for path in paths if path.name in self._again_at}
        now = self._clock.now_ms()
        # Whoever failed longest ago is asked first: one company's trouble holds up nobody else's words.
        for path in sorted(paths, key=lambda path: self._again_at.get(path.name, 0)):
            busy = path.name.split("_")[1] in self._ends or path.with_suffix(_MARK).exists()
            if busy or self._again_at.get(path.name, 0) > now:
                continue
            try:
                await self.keep(path)
            except Unavailable as error:
                self._not_kept(path, error)  # its floor is away; others' may be there
            except OSError as error:
                self._not_kept(path, error)
                return  # whoever keeps them may be slow to say no: the next ones come with the next round
            except (ValueError, sealed.Broken) as error:
                _log.error("voice.voicemail_damaged", file=path.name, error=str(error)[:200])
                await asyncio.to_thread(path.rename, path.with_suffix(".broken"))


def _sound(path: Path, key: bytes) -> tuple[Sound, int]:
    """The customer's track of a sealed stereo mu-law WAV, as far as it was written, and when that was (ms)."""
    if not path.is_file():
        return np.zeros(0, np.int16), 0
    with sealed.SealedReader(path, key) as reader:
        data = reader.read(0, reader.plain_size)
    start = data.find(b"data") + 8
    both = data[start : start + (len(data) - start) // 2 * 2] if start >= 8 else b""
    return np.asarray(g711.decode(both[::2]), np.int16), int(path.stat().st_mtime * 1_000)


def _wav(sound: Sound) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
    return out.getvalue()
