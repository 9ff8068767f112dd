"""When a talk is recorded, paused, and what the journal learns of it."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa

from rexian.channels.voice.live import Kept, Unfinished
from rexian.channels.voice.port import Failed, RecordingEnded, RecordingOrder
from rexian.kit import i18n
from rexian.kit.ids import new_id
from rexian.runtime.port import Unavailable
from rexian.runtime.tables import journal
from rexian.work.recordings.tables import recording
from tests.channels.voice.rig import Street
from tests.work.recorded import sound, write


class Shelf:
    """Keeps recordings in memory."""

    def __init__(self, rule: Literal["always", "prompt", "never"]) -> None:
        self.rule = rule
        self.full = False
        self.tenant = ""
        self.begun: list[str] = []
        self.finished: list[RecordingEnded] = []

    async def consent_rule(self, tenant_id: str) -> Literal["always", "prompt", "never"]:
        return self.rule

    async def begin(self, tenant_id: str, contact_id: str, interaction_id: str) -> RecordingOrder:
        if self.full:
            raise OSError(errno.ENOSPC, "disk full")
        self.begun.append(interaction_id)
        self.tenant = tenant_id
        return RecordingOrder(id=new_id(), path=str(Path("/nowhere")), key=bytes(32))

    async def finish(self, recording_id: str, ended: RecordingEnded) -> Kept | None:
        self.finished.append(ended)
        return Kept(recording_id, self.tenant, self.begun[-1], ended.sha256, ended.duration_ms, ended.size, ended.why)

    async def unfinished(self) -> list[Unfinished]:
        return []

    async def order(self, recording_id: str) -> RecordingOrder:
        raise OSError(recording_id)

    async def adopt(self, alive: set[str]) -> list[Kept]:
        return []

    async def unnoted(self) -> list[Kept]:
        return []

    async def noted(self, recording_id: str) -> None:
        return None


@pytest.fixture
def shelf(street: Street, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf("always")
    monkeypatch.setattr(street.voice.recorder, "recordings", shelf)
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


async def test_the_customer_reads_recorded_only_while_their_words_are_kept(street: Street, shelf: Shelf) -> None:
    caller, li, _ = await street.talk()
    await caller.until(lambda: caller.of("state")[-1].get("recording") == "on")
    await li.do("SetHold", interaction_id=caller.interaction, on=True)
    await caller.state("held")
    assert "recording" not in caller.of("state")[-1]
    await li.do("SetHold", interaction_id=caller.interaction, on=False)
    await caller.until(lambda: caller.of("state")[-1].get("recording") == "on")
    await li.do("TransferInteraction", interaction_id=caller.interaction, to_queue_id=street.city.phones)
    await caller.state("waiting")
    assert "recording" not in caller.of("state")[-1]


async def test_a_page_that_comes_back_reads_at_once_whether_it_is_recorded(street: Street, shelf: Shelf) -> None:
    caller, li, _ = await street.talk()
    await caller.until(lambda: caller.of("state")[-1].get("recording") == "on")
    await caller.close()
    await li.do("SetRecording", interaction_id=caller.interaction, state="paused", why="card")
    await street.until(lambda: street.engine.paused)
    await caller.open()
    contact = caller.of("welcome")[-1]["contact"]
    assert (contact["state"], contact["recording"]) == ("talking", "paused")


async def test_nobody_reads_recorded_where_no_recording_is_kept(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(street.voice.recorder, "recordings", None)
    caller, li, _ = await street.talk()
    await li.do("SetRecording", interaction_id=caller.interaction, state="on")
    await li.until(lambda: li.view("me", "handlings")[caller.interaction]["recording"] == "on")
    await li.do("SetHold", interaction_id=caller.interaction, on=True)
    await caller.state("held")
    assert not any(state.get("recording") for state in caller.of("state"))


async def test_a_full_disk_ends_no_call_and_alarms_the_supervisor(street: Street, shelf: Shelf) -> None:
    """28: nobody reads "recorded" of a call that isn't; trying again by hand is tried once, and says so again."""
    zhao = await street.desk(street.city.zhao, "wall")
    shelf.full = True
    caller, li, phone = await street.talk()
    assert (await phone.got("nack", code="not_recorded"))["text"]
    alarm = await zhao.until(lambda: zhao.view("wall", "alerts").get("recording_failed"), seconds=15)
    assert (alarm["kind"], alarm["severity"]) == ("recording_disk_full", "bad")
    await caller.until(lambda: not caller.of("state")[-1].get("recording"))
    await li.do("SetRecording", interaction_id=caller.interaction, state="on")
    await phone.until(lambda: len([one for one in phone.of("nack") if one["code"] == "not_recorded"]) == 2)
    assert street.hears(caller.leg)


async def test_a_recording_that_the_engine_refuses_is_told_and_not_tried_for_ever(
    street: Street, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(bridge_id: str, order: RecordingOrder) -> None:
        raise Failed("409 Channel not in Stasis")

    monkeypatch.setattr(street.engine, "record", refuse)
    caller, li, phone = await street.talk()
    assert (await phone.got("nack", code="not_recorded"))["text"]
    await li.until(lambda: li.view("me", "handlings")[caller.interaction]["recording"] == "off")
    street.voice.director.touch(caller.contact)
    await li.do("SetHold", interaction_id=caller.interaction, on=True)
    await li.do("SetHold", interaction_id=caller.interaction, on=False)
    await street.until(lambda: street.hears(caller.leg))
    assert shelf.begun == [caller.interaction]


async def test_a_disk_that_fills_up_while_recording_ends_the_recording_only(street: Street, shelf: Shelf) -> None:
    """28."""
    caller, li, phone = await street.talk()
    await street.until(lambda: street.engine.recordings)
    street.engine.fill_disk()
    assert (await phone.got("nack", code="not_recorded"))["text"]
    await caller.until(lambda: not caller.of("state")[-1].get("recording"))
    await li.until(lambda: li.view("me", "handlings")[caller.interaction]["recording"] == "off")
    assert shelf.finished[-1].why == "disk_full"
    assert street.voice.recorder.trouble == "disk_full"
    assert street.hears(caller.leg)


async def test_words_that_the_full_disk_does_not_take_are_not_called_saved(street: Street) -> None:
    """28: the caller keeps the place, and supervisors read of it."""
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    await street.until(lambda: caller.of("say"))
    await caller.send(t="key", digit="2")
    await street.until(lambda: street.engine.recordings)
    street.engine.fill_disk()
    await caller.send(t="key", digit="#")
    await street.until(lambda: street.voice.recorder.trouble == "disk_full")
    saved = i18n.t("zh-CN", "prompts.voicemail_saved")
    await street.until(lambda: not street.voice.director.calls[caller.contact].saving)
    await asyncio.sleep(0.3)
    assert caller.states[-1] == "waiting"
    assert not [said for said in caller.of("say") if saved in said["text"]]


async def test_never_is_never(street: Street, shelf: Shelf) -> None:
    shelf.rule = "never"
    await street.talk()
    assert not street.engine.recordings


# -- the journal learns of each ----------------------------------------------------------------------------------------
async def kept_untold(street: Street, contact: str, interaction: str) -> str:
    """A recording whose row is kept; whoever was to tell the journal of it was killed right then."""
    book = street.served.house.recordings
    order = await book.begin(street.city.yunshan, contact, interaction)
    ended = write(order, sound((1, 440, 1_000)))
    assert await book.finish(order.id, ended) is not None
    return order.id


async def noted(street: Street, recording_id: str) -> list[str]:
    """The hashes that the journal has of it."""
    mine = journal.c.body["recording_id"].as_string() == recording_id
    stored = sa.select(journal.c.body).where(journal.c.kind == "RecordingStored", mine)
    async with street.served.house.db.system() as tx:
        return [row.body["sha256"] for row in await tx.execute(stored)]


async def row_of(street: Street, recording_id: str) -> Any:
    async with street.served.house.db.system() as tx:
        return (await tx.execute(sa.select(recording).where(recording.c.id == recording_id))).one()


async def test_who_is_killed_between_keeping_and_noting_notes_it_later_and_once(street: Street) -> None:
    caller, _, _ = await street.talk()
    id = await kept_untold(street, caller.contact, caller.interaction)
    assert (await noted(street, id), (await row_of(street, id)).noted_at) == ([], None)
    await street.voice.keeping.take_over()
    row = await row_of(street, id)
    assert await noted(street, id) == [row.sha256]
    assert row.noted_at is not None

    async with street.served.house.db.system() as tx:  # killed once more, before the row said so
        await tx.execute(sa.update(recording).where(recording.c.id == id).values(noted_at=None))
    await street.voice.keeping.take_over()
    assert await noted(street, id) == [row.sha256]
    assert (await row_of(street, id)).noted_at is not None


async def test_a_floor_that_is_away_is_told_later(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, _, _ = await street.talk()
    id = await kept_untold(street, caller.contact, caller.interaction)

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("starting")

    monkeypatch.setattr(street.voice.asking, "ask", away)
    await street.voice.keeping.take_over()
    assert (await row_of(street, id)).noted_at is None
    monkeypatch.undo()
    await street.voice.keeping.take_over()
    assert len(await noted(street, id)) == 1


async def test_of_a_contact_that_the_floor_has_forgotten_nobody_asks_for_ever(street: Street) -> None:
    id = await kept_untold(street, new_id(), new_id())
    await street.voice.keeping.take_over()
    assert (await row_of(street, id)).noted_at is not None
    assert await noted(street, id) == []
