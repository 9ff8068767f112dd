"""A contact's topic while its story can't be read: nobody who follows it is forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rexian.engine import events
from rexian.engine.specs import Party
from rexian.runtime.port import Committed
from rexian.web.feed import contacts
from rexian.web.feed.contacts import ContactTopics
from rexian.web.feed.names import Names
from rexian.web.feed.story import Story
from tests.feed.test_oracle import Browser

CONTACT = "c1"
STARTED = events.ContactStarted(at=1_000, contact_id=CONTACT, tenant_id="t1", customer_id="u1")


def committed(seq: int, event: events.AnyEvent) -> Committed:
    return Committed(floor_id="f1", seq=seq, event=event, by=Party("system", ""), command_id=f"k{seq}")


class Journal:
    """The journal of one contact, which can be away. Reading it takes until `slow` is opened."""

    def __init__(self) -> None:
        self.rows: list[Committed] = [committed(1, STARTED)]
        self.away = False
        self.slow = asyncio.Event()
        self.slow.set()
        self.readings = 0

    async def story(self, contact_id: str) -> Story:
        self.readings += 1
        await self.slow.wait()
        if self.away:
            raise OSError("the database is away")
        story = Story(contact_id, Names(), lambda _: None)
        for row in self.rows if contact_id == CONTACT else []:
            for collection, id, value in story.take(row):
                if value is not None:
                    story.view[collection][id] = value
        return story


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setattr(contacts, "RETRY_S", 0.01)
    return Journal()


@pytest.fixture
def topics(journal: Journal) -> ContactTopics:
    return ContactTopics(journal.story, lambda: 7)


def follow(topics: ContactTopics, browser: Browser, contact_id: str = CONTACT) -> asyncio.Task[Any]:
    return asyncio.create_task(topics.follow(browser, contact_id, None, None, lambda: True))


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_waits_along_gets_it_though_the_first_who_asked_has_gone(
    topics: ContactTopics, journal: Journal
) -> None:
    """An agent's old line breaks while the story is read; the new one waits for the same reading."""
    journal.slow.clear()
    old, new = Browser(), Browser()
    leaving, staying = follow(topics, old), follow(topics, new)
    await settled()
    leaving.cancel()
    await settled()
    journal.slow.set()
    await staying
    assert new.views[f"contact:{CONTACT}"]["contact"]
    assert journal.readings == 1


async def test_everybody_who_waits_is_told_when_it_cannot_be_read(topics: ContactTopics, journal: Journal) -> None:
    journal.away = True
    waiting = [follow(topics, Browser()), follow(topics, Browser())]
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(error) for error in told] == [OSError, OSError]
    journal.away = False
    browser = Browser()
    await follow(topics, browser)
    assert browser.snapshots == 1


async def test_there_is_no_topic_of_a_contact_that_is_not_there(topics: ContactTopics) -> None:
    with pytest.raises(LookupError):
        await follow(topics, Browser(), "nobody")
    assert list(topics) == []


async def test_followers_stay_and_miss_nothing_when_it_cannot_be_read_again_at_once(
    topics: ContactTopics, journal: Journal
) -> None:
    """The floor was loaded again while the database is still starting."""
    browser = Browser()
    topic = await follow(topics, browser)
    journal.away = True
    topics.renew()
    await asyncio.sleep(0.05)
    named = events.CustomerIdentified(at=2_000, contact_id=CONTACT, customer_id="u2")
    topics.take([committed(2, named)])  # heard meanwhile, and not yet in what is read
    journal.away = False
    while browser.snapshots < 2:  # noqa: ASYNC110 - a browser rings no bell
        await asyncio.sleep(0.01)
    await settled()
    name = f"contact:{CONTACT}"
    assert (topic.seq, topic.epoch) == (2, 7)
    assert browser.views[name]["contact"] == topic.view["contact"]
    assert next(iter(topic.view["contact"].values()))["customer_id"] == "u2"


async def test_a_reading_under_way_begins_again_when_the_floor_was_loaded_again(
    topics: ContactTopics, journal: Journal
) -> None:
    """What happened in between may be in neither: the reading was too early, and nobody was told of the events."""
    journal.slow.clear()
    browser = Browser()
    waiting = follow(topics, browser)
    await settled()
    topics.renew()
    await settled()
    journal.slow.set()
    await waiting
    assert journal.readings == 2
    assert browser.snapshots == 1
