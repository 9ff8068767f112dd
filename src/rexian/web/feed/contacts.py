"""Topics of contacts: each is told from the contact's journal, which is read when somebody first follows it.

Reading belongs to the topic and not to whoever asked first: others who wait for it, or follow it already, depend on it
as much, and a socket that goes away in the meantime must not take it along.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence

from rexian.kit import log
from rexian.runtime.port import Committed
from rexian.web.feed.story import Story
from rexian.web.feed.topic import Follower, Topic
from rexian.web.feed.wire import Change

RETRY_S = 0.5

LoadStory = Callable[[str], Awaitable[Story]]
_log = log.get(__name__)


class ContactTopic:
    """A contact's topic. While its story is read from the journal, what happens is kept aside."""

    def __init__(self) -> None:
        self.topic: Topic | None = None
        self.story: Story | None = None
        self.early: list[Committed] = []
        self.loaded: asyncio.Future[Topic] = asyncio.get_running_loop().create_future()
        self.reading: asyncio.Task[None] | None = None


class ContactTopics:
    """Those of one floor. `epoch` tells the floor's present one."""

    def __init__(self, load: LoadStory, epoch: Callable[[], int]) -> None:
        self._load = load
        self._epoch = epoch
        self._entries: dict[str, ContactTopic] = {}

    def __iter__(self) -> Iterator[Topic]:
        return (entry.topic for entry in self._entries.values() if entry.topic is not None)

    async def follow(
        self, follower: Follower, contact_id: str, seq: int | None, epoch: int | None, wanted: Callable[[], bool]
    ) -> Topic | None:
        """`wanted`: whether the follower still asks for it once it is loaded; None when not.

        Raises what reading the story raised; `LookupError`: no such contact.
        """
        entry = self._entries.get(contact_id)
        if entry is None:
            entry = self._entries[contact_id] = ContactTopic()
            self._read(contact_id, entry)
        topic = await asyncio.shield(entry.loaded)
        if not wanted():
            return None
        topic.follow(follower, seq, epoch)
        return topic

    def renew(self) -> None:
        """The floor was loaded again, and events may have been missed: read every story again."""
        for contact_id, entry in self._entries.items():
            self._read(contact_id, entry)

    def take(self, batch: Sequence[Committed]) -> None:
        """Pass a committed batch on to those whom it concerns."""
        if not self._entries:
            return
        by_contact: dict[str, list[Committed]] = {}
        for committed in batch:
            contact_id = getattr(committed.event, "contact_id", None)
            if contact_id in self._entries:
                by_contact.setdefault(contact_id, []).append(committed)
        for contact_id, mine in by_contact.items():
            entry = self._entries[contact_id]
            if entry.topic is None or entry.story is None:
                entry.early.extend(mine)
            else:
                entry.topic.amend(mine[-1].seq, _told(entry.story, mine))

    def renamed(self, customers: Collection[str] | None) -> None:
        """The names of these customers (of all, with None) came in."""
        for entry in self._entries.values():
            if entry.topic is None or entry.story is None:
                continue
            if customers is None or not entry.story.customers.isdisjoint(customers):
                entry.topic.amend(entry.topic.seq, entry.story.renamed())

    def forget(self, topics: Collection[Topic]) -> None:
        """Drop these: nobody has followed them for a while."""
        gone = {topic.name for topic in topics}
        left = {id: entry for id, entry in self._entries.items() if entry.topic is None or entry.topic.name not in gone}
        for contact_id in self._entries.keys() - left.keys():
            if reading := self._entries[contact_id].reading:
                reading.cancel()
        self._entries = left

    # -- reading -------------------------------------------------------------------------------------------------------
    def _read(self, contact_id: str, entry: ContactTopic) -> None:
        if entry.reading is not None:
            entry.reading.cancel()
        entry.story, entry.early = None, []
        entry.reading = asyncio.get_running_loop().create_task(self._read_until_done(contact_id, entry))

    async def _read_until_done(self, contact_id: str, entry: ContactTopic) -> None:
        """Who waits for the first reading is told of its failure; for those who follow it is tried again."""
        while True:
            try:
                story = await self._load(contact_id)
                if not story.tenant_id and entry.topic is None:
                    raise LookupError(contact_id)
            except Exception as error:
                if entry.topic is None:
                    del self._entries[contact_id]
                    entry.loaded.set_exception(error)
                    entry.loaded.exception()  # perhaps nobody waits any more
                    return
                _log.warning("feed.story_failed", contact_id=contact_id, error=str(error)[:300])
                await asyncio.sleep(RETRY_S)
            else:
                self._put(contact_id, entry, story)
                return

    def _put(self, contact_id: str, entry: ContactTopic, story: Story) -> None:
        if entry.topic is None:
            entry.topic = Topic(f"contact:{contact_id}", self._epoch(), story.seq, story.view)
            entry.loaded.set_result(entry.topic)
        else:
            entry.topic.replace(self._epoch(), story.seq, story.view)
        early, entry.story, entry.early = entry.early, story, []
        if early:
            entry.topic.amend(early[-1].seq, _told(story, early))


def _told(story: Story, batch: Iterable[Committed]) -> Iterable[Change]:
    """The story's changes one after another: each sees the view with those before it applied."""
    for committed in batch:
        yield from story.take(committed)
