"""When a talk is recorded, paused, and what the journal learns of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa

from rexian.channels.voice.port import RecordingEnded, RecordingOrder
from rexian.kit.ids import new_id
from rexian.runtime.tables import journal
from tests.channels.voice.rig import Street


class Shelf:
    """Keeps recordings in memory."""

    def __init__(self, rule: Literal["always", "prompt", "never"]) -> None:
        self.rule = rule
        self.full = False
        self.begun: list[str] = []
        self.finished: list[RecordingEnded] = []

    async def consent_rule(self, tenant_id: str) -> Literal["always", "prompt", "never"]:
        return self.rule

    async def begin(self, tenant_id: str, contact_id: str, interaction_id: str) -> RecordingOrder:
        if self.full:
            raise OSError("disk full")
        self.begun.append(interaction_id)
        return RecordingOrder(id=new_id(), path=str(Path("/nowhere")), key=bytes(32))

    async def finish(self, recording_id: str, ended: RecordingEnded) -> None:
        self.finished.append(ended)

    async def adopt(self, alive: set[str]) -> None:
        return


@pytest.fixture
def shelf(street: Street, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf("always")
    monkeypatch.setattr(street.voice, "recordings", shelf)
    monkeypatch.setattr(street.voice.director, "recordings", shelf)
    return shelf


async def test_a_talk_is_recorded_paused_and_noted(street: Street, shelf: Shelf) -> None:
    caller, li, _ = await street.talk()
    await street.until(lambda: street.engine.recordings)
    recording_id = next(iter(street.engine.recordings))
    await caller.until(lambda: caller.of("state")[-1].get("recording") == "on")
    await li.do("SetRecording", interaction_id=caller.interaction, state="paused", why="card")
    await street.until(lambda: recording_id in street.engine.paused)
    await caller.until(lambda: caller.of("state")[-1]["recording"] == "paused")
    await li.do("SetRecording", interaction_id=caller.interaction, state="on")
    await street.until(lambda: recording_id not in street.engine.paused)
    await li.do("EndInteraction", interaction_id=caller.interaction)
    await street.until(lambda: shelf.finished)
    stored = sa.select(journal.c.body).where(journal.c.kind == "RecordingStored")

    async def noted() -> list[str]:
        async with street.served.house.db.system() as tx:
            return [row.body["recording_id"] for row in await tx.execute(stored)]

    for _ in range(100):
        if recording_id in await noted():
            break
    assert recording_id in await noted()
    assert shelf.begun == [caller.interaction]


async def test_a_full_disk_ends_no_call(street: Street, shelf: Shelf) -> None:
    shelf.full = True
    caller, _, phone = await street.talk()
    told = await phone.got("nack", code="not_recorded")
    assert told["text"]
    assert street.hears(caller.leg)


async def test_a_disk_that_fills_during_a_talk_alarms_the_supervisor_and_nobody_believes_it_is_recorded(
    street: Street, shelf: Shelf
) -> None:
    caller, li, phone = await street.talk()
    await caller.until(lambda: caller.of("state")[-1].get("recording") == "on")
    await street.until(lambda: street.engine.recordings)
    zhao = await street.desk(street.city.zhao, "wall")
    street.engine.fill_disk()
    assert (await phone.got("nack", code="not_recorded"))["text"]
    await caller.until(lambda: not caller.of("state")[-1].get("recording"))
    await li.until(lambda: li.view("me", "handlings")[caller.interaction]["recording"] == "off")
    alarm = ("bad", {"why": "disk_full"})
    await zhao.until(
        lambda: (
            (found := zhao.view("wall", "alerts").get("recordings_not_kept"))
            and (found["severity"], found["params"]) == alarm
        )
    )
    assert street.hears(caller.leg)
    await li.do("SetRecording", interaction_id=caller.interaction, state="on")  # there is room again
    await street.until(lambda: street.engine.recordings)
    await li.do("EndInteraction", interaction_id=caller.interaction)
    await zhao.until(lambda: "recordings_not_kept" not in zhao.view("wall", "alerts"))


async def test_never_is_never(street: Street, shelf: Shelf) -> None:
    shelf.rule = "never"
    await street.talk()
    assert not street.engine.recordings
