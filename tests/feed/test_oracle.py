"""Snapshot + deltas = fresh snapshot, whatever happens on the floor and whoever comes and goes meanwhile."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from rexian.engine import events
from rexian.engine.specs import Party
from rexian.runtime.port import Committed
from rexian.web.feed import wire
from rexian.web.feed.call_view import call, participants
from rexian.web.feed.hub import BATCH_MS, SHIFTS, shift_of
from rexian.web.feed.story import Story
from rexian.web.feed.topic import Topic
from tests.feed.floor import RandomHistory

BOTH = frozenset(("spruce", "river"))


class Browser:
    """Keeps views as a browser does; a gap is an error. `deaf` browsers lose frames and resume later."""

    def __init__(self) -> None:
        self.views: dict[str, wire.View] = {}
        self.seqs: dict[str, int] = {}
        self.frames = 0
        self.snapshots = 0
        self.deaf = False

    def write(self, frame: bytes) -> bool:
        if self.deaf:
            return False
        self.frames += 1
        message = json.loads(_payload(frame))
        topic = message["topic"]
        if message["t"] == "snap":
            self.snapshots += 1
            self.views[topic] = message["data"]
        else:
            assert message["from_seq"] == self.seqs[topic]
            wire.play(self.views[topic], message["ops"])
        self.seqs[topic] = message["seq"]
        return True


def _payload(frame: bytes) -> bytes:
    length = frame[1]
    return frame[{126: 4, 127: 10}.get(length, 2) :]


def plain(view: wire.View) -> Any:
    """A view as it looks on the other side of JSON."""
    return json.loads(json.dumps(view))


async def open_everything(history: RandomHistory, browser: Browser, agent: str, *, resume: bool = False) -> list[Topic]:
    hub = history.hub
    epoch = hub.epoch if resume else None

    def seq(name: str) -> int | None:
        return browser.seqs.get(name) if resume else None

    tenants = BOTH if agent == "a0" else frozenset(("spruce",))
    topics = [
        hub.follow_me(browser, agent, seq("me"), epoch),
        hub.follow_wall(browser, tenants, seq("wall"), epoch, shift_of(agent)),
    ]
    known = [queue for queue in history.chance.queues if history.port.floor.queue(queue) is not None]
    topics += [hub.follow_queue(browser, queue, seq(f"queue:{queue}"), epoch) for queue in known]
    for contact in list(history.port.floor.contacts())[:8]:
        name = f"contact:{contact.id}"
        topic = await hub.follow_contact(browser, contact.id, seq(name), epoch, lambda: True)
        assert topic is not None
        topics.append(topic)
    return topics


async def compare(history: RandomHistory, browser: Browser, agent: str) -> None:
    """What the browser has made of its frames is what a newcomer is sent."""
    history.hub.flush()
    tenants = BOTH if agent == "a0" else frozenset(("spruce",))
    view = history.hub.view
    assert browser.views["me"] == plain(view.me(agent))
    assert browser.views["wall"] == plain(view.wall(tenants))
    for topic in browser.views:
        kind, _, id = topic.partition(":")
        if kind == "queue":
            assert browser.views[topic] == plain(view.queue(id)), topic
        if kind == "contact":
            assert browser.views[topic] == plain((await history.story(id)).view), topic


@pytest.mark.parametrize("seed", range(24))
async def test_snapshot_and_deltas_make_a_fresh_snapshot(seed: int) -> None:
    history = RandomHistory(seed)
    await history.start()
    browsers = {agent: Browser() for agent in ("a0", history.chance.agents[-1])}
    for number in range(600):
        history.step()
        if number % 60 == 20:
            for agent, browser in browsers.items():
                await open_everything(history, browser, agent)
        if number % 7 == 0:
            history.hub.flush(number // 7 % SHIFTS)
        if number % 9 == 0:
            history.learn_names()
        if number > 20 and number % 50 == 0:
            for agent, browser in browsers.items():
                await compare(history, browser, agent)


@pytest.mark.parametrize("seed", range(200, 216))
async def test_a_contacts_story_says_of_its_calls_what_the_floor_says(seed: int) -> None:
    """Two folds of the same events, one over the contact's own journal and one over the floor: they must agree."""
    history = RandomHistory(seed)
    await history.start()
    for number in range(500):
        history.step()
        if number % 25:
            continue
        for contact in history.port.floor.contacts():
            story = await history.story(contact.id)
            for id in contact.interaction_ids:
                one = history.port.floor.interaction(id)
                row = story.view["interactions"][id]
                assert one is not None
                assert (row["state"], row["recording"]) == (one.state, one.recording)
                assert (row["held_at"], row["held_ms"]) == (one.held_at, one.held_ms)
                shown = [(who["person_id"], who["role"]) for who in row["participants"]]
                assert shown == list(one.participants.items())
                assert row["consult_of"] == ((one.consult_of or "") if one.is_consult else "")
                assert (row["consult_by"] or {}).get("id") == (one.consult_by if one.is_consult else None)
                if one.state == "talking":
                    assert row["consult"] == call(history.port.floor, one, history.names)["consult"]


async def test_a_tenant_that_hides_its_supervisors_shows_agents_only_who_talks() -> None:
    """Listening and whispering leave the desk and the story at once, and come back; the wall always shows them."""
    history = RandomHistory(1)
    names, roles = history.names, {"p1": "listen", "p2": "barge", "p3": "whisper", "x": "external"}
    assert [one["role"] for one in participants(roles, names, discreet=False)] == list(roles.values())
    assert [one["role"] for one in participants(roles, names, discreet=True)] == ["barge", "external"]
    story = Story("k1", names, lambda file_id: None)
    moments: list[events.AnyEvent] = [
        events.ContactStarted(at=1, contact_id="k1", tenant_id="spruce", customer_id="c1"),
        *(
            events.ParticipantJoined(at=2, contact_id="k1", interaction_id="i1", person_id=person, role=role)  # type: ignore[arg-type]
            for person, role in roles.items()
        ),
    ]
    for seq, event in enumerate(moments, 1):
        item = Committed(floor_id="f", seq=seq, event=event, by=Party("system", "test"), command_id="x")
        wire.amend(story.view, story.take(item))
    names.discreet = frozenset(("spruce",))
    wire.amend(story.view, story.renamed())
    assert [one["role"] for one in story.view["interactions"]["i1"]["participants"]] == ["barge", "external"]
    names.discreet = frozenset()
    wire.amend(story.view, story.renamed())
    assert [one["role"] for one in story.view["interactions"]["i1"]["participants"]] == list(roles.values())


@pytest.mark.parametrize("seed", range(100, 112))
async def test_a_browser_that_missed_frames_resumes_where_it_was(seed: int) -> None:
    """A short absence is answered from the ring buffer, without a snapshot; the views are right afterwards."""
    history = RandomHistory(seed)
    await history.start()
    for _ in range(60):
        history.step()
    browser, agent = Browser(), "a0"
    topics = await open_everything(history, browser, agent)
    snapshots = browser.snapshots
    for _ in range(8):
        browser.deaf = True
        for topic in topics:
            history.hub.leave(browser, topic)
        for number in range(history.random.randint(0, 40)):
            history.step()
            if number % 5 == 0:
                history.hub.flush()
        browser.deaf = False
        known = set(browser.views)
        before = browser.snapshots
        topics = await open_everything(history, browser, agent, resume=True)
        assert browser.snapshots - before == len(set(browser.views) - known), "a known topic was sent as a whole"
        history.hub.flush()
        for name in set(browser.views) - {topic.name for topic in topics}:
            del browser.views[name]  # the contact is forgotten and not followed any more
        await compare(history, browser, agent)
    assert browser.snapshots >= snapshots


async def test_those_who_watch_a_wall_are_served_in_shifts() -> None:
    """Each shift gets one frame a batch, at its own moment, with what is true at that moment."""
    history = RandomHistory(3)
    await history.start()
    browsers = [Browser() for _ in range(SHIFTS)]
    for shift, browser in enumerate(browsers):
        history.hub.follow_wall(browser, BOTH, None, None, shift)
    for _ in range(40):
        history.step()
    now = {"house": {"id": "house"}}
    history.hub.put_alerts(now)  # type: ignore[arg-type]
    fresh = plain(history.hub.view.wall(BOTH) | {"alerts": now})
    for shift, browser in enumerate(browsers):
        assert browser.frames == 1
        history.hub.flush(shift)
        assert [one.frames for one in browsers] == [2] * (shift + 1) + [1] * (SHIFTS - shift - 1)
        assert browser.views["wall"] == fresh
    history.hub.put_alerts({})
    history.hub.flush()
    assert all(browser.views["wall"]["alerts"] == {} for browser in browsers)


async def test_the_shifts_of_a_batch_are_spread_over_its_time() -> None:
    history = RandomHistory(3)
    await history.start()
    flushed: list[tuple[int | None, float]] = []
    clock = asyncio.get_running_loop().time
    history.hub.flush = lambda shift=None: flushed.append((shift, clock()))  # type: ignore[method-assign]
    running = asyncio.create_task(history.hub.run())
    await asyncio.sleep(BATCH_MS / 1000 * 2.1)
    running.cancel()
    shifts = [shift for shift, _ in flushed]
    assert shifts[: 2 * SHIFTS] == [*range(1, SHIFTS), 0] * 2
    assert flushed[SHIFTS][1] - flushed[0][1] >= BATCH_MS / 1000 * 0.8


async def test_a_hub_that_starts_late_shows_the_same_as_one_that_saw_everything() -> None:
    """After a restart of the server the views are made from the floor and the database: nothing else is needed."""
    history = RandomHistory(7)
    await history.start()
    for _ in range(500):
        history.step()
    late = history.make_hub()
    await late.start()
    for agent in history.chance.agents:
        assert late.view.me(agent) == history.hub.view.me(agent)
    assert late.view.wall(BOTH) == history.hub.view.wall(BOTH)


async def test_the_mirror_is_the_floor() -> None:
    history = RandomHistory(11)
    await history.start()
    for _ in range(800):
        history.step()
    assert history.mirror.floor.checksum() == history.port.floor.checksum()
    assert history.mirror.seq == history.port.seq


async def test_after_a_gap_the_mirror_and_all_topics_are_loaded_anew() -> None:
    """The floor was recovered and some events never came by: nobody goes on with a wrong view."""
    history = RandomHistory(13)
    await history.start()
    for _ in range(100):
        history.step()
    browser = Browser()
    await open_everything(history, browser, "a0")
    take, history.port._listeners = history.port._listeners, []
    for _ in range(30):
        history.step()  # unseen
    history.port._listeners = take
    history.port.epoch = 2
    before = history.port.seq
    while history.port.seq == before:
        history.step()
    await history.hub.ready.wait()
    for _ in range(5):
        import asyncio

        await asyncio.sleep(0.01)
    assert history.mirror.seq == history.port.seq
    assert history.hub.epoch == 2
    await compare(history, browser, "a0")
