"""The journal learns of each recording that is kept, and how its file must look: once, and whoever dies meanwhile.

A recording is kept first and then noted. Between the two somebody may die, so its row says whether the journal knows;
the command's id follows from the recording's, and the floor knows a repeat.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rexian.channels.voice.asking import Asking
from rexian.channels.voice.live import Kept
from rexian.engine import commands as engine
from rexian.kit import log
from rexian.runtime.port import Refused, Unavailable

if TYPE_CHECKING:
    from rexian.channels.voice.recorder import Recorder

_log = log.get(__name__)


class Noting:
    """Tells the floors of kept recordings."""

    def __init__(self, asking: Asking, recorder: Recorder) -> None:
        self._asking = asking
        self._recorder = recorder

    def soon(self, kept: Kept) -> None:
        """Without waiting for it, however long the floor is away. Of what was lost there is nothing to note."""
        if kept.sha256:
            self._asking.spawn(self._insist(kept))

    async def _insist(self, kept: Kept) -> None:
        await self._asking.insist(kept.tenant_id, _command(kept), id=_id(kept))
        await self._done(kept)

    async def catch_up(self) -> None:
        """Tell of those that nobody has told of: who was to do so died. What is away now is told the next time."""
        recordings = self._recorder.recordings
        for kept in await recordings.unnoted() if recordings is not None else []:
            try:
                await self._asking.ask(kept.tenant_id, _command(kept), id=_id(kept))
            except Unavailable:
                continue
            except Refused as refused:  # the floor has forgotten the contact: it never will
                _log.warning("voice.recording_not_noted", recording_id=kept.id, code=refused.code)
            await self._done(kept)

    async def _done(self, kept: Kept) -> None:
        if (recordings := self._recorder.recordings) is not None:
            await recordings.noted(kept.id)


def _command(kept: Kept) -> engine.NoteRecording:
    return engine.NoteRecording(
        interaction_id=kept.interaction_id, recording_id=kept.id, sha256=kept.sha256, duration_ms=kept.duration_ms,
        size=kept.size, why=kept.why,
    )  # fmt: skip


def _id(kept: Kept) -> str:
    return str(uuid.uuid5(uuid.UUID(kept.id), "stored"))
