"""How the conformance suite talks to each channel: as that channel's customers do."""

from __future__ import annotations

from typing import Protocol

from rexian.kit.ids import new_id
from tests.served import Page, Served


class Customer(Protocol):
    """One customer on one channel. Message ids are the caller's, to be sent again."""

    interaction_id: str
    contact_id: str

    async def begin(self, text: str) -> None:
        """Ask for a person; returns once that is acknowledged."""
        ...

    async def begin_again(self) -> int:
        """The same, sent a second time; returns the number of its first message."""
        ...

    async def say(self, text: str, message_id: str) -> int:
        """Say something; returns the message's number once it is acknowledged."""
        ...

    async def heard(self, count: int) -> list[str]:
        """Wait until `count` messages are there, and return their words in order."""
        ...

    async def lose_the_line(self) -> None: ...

    async def come_back(self) -> None: ...

    async def state(self, wanted: str) -> None:
        """Wait until the channel shows this state: `waiting`, `talking` or `ended`."""
        ...

    async def leave(self) -> None:
        """End the contact."""
        ...

    async def rate(self, score: int) -> None: ...


class ChatCustomer:
    """By the widget's socket."""

    def __init__(self, served: Served) -> None:
        self._page = Page(served.ws, "yunshan")
        self._start: dict[str, object] = {}

    @property
    def contact_id(self) -> str:
        return self._page.contact or ""

    @property
    def interaction_id(self) -> str:
        return self._page.interaction or ""

    async def begin(self, text: str) -> None:
        await self._page.open()
        self._page.contact, self._page.interaction = new_id(), new_id()
        self._start = {
            "t": "start", "id": new_id(), "contact": self._page.contact, "interaction": self._page.interaction,
            "topic": "phone", "name": "陈晨", "text": text, "message": new_id(),
        }  # fmt: skip
        assert await self._send_start() == 1

    async def begin_again(self) -> int:
        return await self._send_start()

    async def _send_start(self) -> int:
        id = str(self._start["id"])
        self._page.own[id] = str(self._start["text"])
        self._page.frames.clear()
        await self._page.send(**self._start)
        number: int = (await self._page.answer(id))["number"]
        return number

    async def say(self, text: str, message_id: str) -> int:
        self._page.frames.clear()
        answer = await self._page.say(text, message_id)
        assert answer["t"] == "ack", answer
        number: int = answer["number"]
        return number

    async def heard(self, count: int) -> list[str]:
        await self._page.until(lambda: len(self._page.messages) == count)
        return self._page.texts

    async def lose_the_line(self) -> None:
        await self._page.drop()

    async def come_back(self) -> None:
        await self._page.open()

    async def state(self, wanted: str) -> None:
        await self._page.until(lambda: self._page.state == wanted)

    async def leave(self) -> None:
        assert (await self._page.ask("end"))["t"] == "ack"

    async def rate(self, score: int) -> None:
        assert (await self._page.ask("rate", score=score, comment="很好"))["t"] == "ack"

    async def close(self) -> None:
        await self._page.close()


DRIVERS = {"chat": ChatCustomer}
