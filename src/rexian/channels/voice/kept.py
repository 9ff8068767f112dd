"""What becomes of recordings after their end, and after a crash: no sound is lost that somebody still has, none stays
where it is not sealed, and the journal learns of each.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rexian.channels.voice.live import Unfinished
from rexian.channels.voice.noting import Noting
from rexian.channels.voice.port import Down, Failed, RecordingEnded, VoiceEngine
from rexian.kit import log
from rexian.kit.database import is_outage

if TYPE_CHECKING:
    from rexian.channels.voice.recorder import Recorder
    from rexian.channels.voice.voicemail import Voicemails

_log = log.get(__name__)


class Keeping:
    """The recordings of this process, from their end on."""

    def __init__(self, voice: VoiceEngine, recorder: Recorder, voicemails: Voicemails, noting: Noting) -> None:
        self._voice = voice
        self._recorder = recorder
        self._voicemails = voicemails
        self._noting = noting
        self._told: dict[str, RecordingEnded] = {}  # not yet in the book: its database was away
        self._settled: set[str] = set()  # being written, and the engine needs nothing more of us for them
        self._lock = asyncio.Lock()

    async def ended(self, event: RecordingEnded) -> None:
        """The engine has closed a recording. Noted from its row: the call may long be over, and we another process."""
        recordings = self._recorder.recordings
        if recordings is None or event.left:
            return
        self._told[event.recording_id] = event
        kept = await recordings.finish(event.recording_id, event)
        self._told.pop(event.recording_id, None)
        if kept is not None:
            self._noting.soon(kept)

    async def take_over(self) -> None:
        """Go on with, finish or give up all that is open in the book, and clear what is in no book.

        Whatever is away now is looked for again the next time.
        """
        recordings = self._recorder.recordings
        if recordings is None or self._lock.locked():
            return
        async with self._lock:
            try:
                for event in list(self._told.values()):
                    await self.ended(event)
                await self._take_over()
                await self._noting.catch_up()
            except (Down, Failed) as error:
                _log.warning("voice.recordings_not_taken_over", error=str(error)[:200])
            except Exception as error:
                if not is_outage(error):
                    raise

    async def _take_over(self) -> None:
        recordings = self._recorder.recordings
        assert recordings is not None
        being_left = await self._voicemails.take_over()
        unfinished = await recordings.unfinished()
        running = {bridge.recording_id for bridge in (await self._voice.inventory()).bridges}
        self._settled &= running
        there = {one.id for one in unfinished if one.id in self._settled or await self._is_there(one)}
        for kept in await recordings.adopt(there):
            self._noting.soon(kept)
        await self._voice.clear_recordings({one.id for one in unfinished} | being_left)

    async def _is_there(self, one: Unfinished) -> bool:
        """Whether the engine has it; in doubt it has."""
        recordings = self._recorder.recordings
        assert recordings is not None
        try:
            found = await self._voice.resume_recording(one.bridge_id, await recordings.order(one.id))
        except (OSError, Down, Failed) as error:
            _log.warning("voice.recording_not_resumed", recording_id=one.id, error=str(error)[:200])
            return True
        if found:
            self._settled.add(one.id)
        return found
