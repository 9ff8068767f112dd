"""A simulated customer: comes through the real chat socket, asks, answers, gets impatient, says thanks, rates."""

from __future__ import annotations

import asyncio

from rexian.drill import texts
from rexian.drill.arrivals import patience_s, reading_s, typing_s
from rexian.drill.line import Frame, Line
from rexian.drill.stage import Play, Stage
from rexian.kit.ids import new_id
from rexian.kit.simulated import FOR_HEADER, HEADER

NUDGE_S = 75.0
GIVE_UP_S = 240.0
RATES = 0.62
LEAVES_WITHIN_S = 20.0


class SimulatedCustomer(Line):
    """One contact from the first word to the rating."""

    def __init__(self, stage: Stage, play: Play) -> None:
        super().__init__(stage.url, stage.rng)
        self.stage, self.play = stage, play
        self.contact, self.interaction = new_id(), new_id()
        self.visitor: str | None = None
        self.name = ""
        known = stage.some_visitor(play.site)
        if known is not None:
            self.visitor, self.name = known
        self.name = self.name or texts.customer_name(play.dialogue.lang, stage.rng)
        self.state = "new"
        self.waited_from = stage.pace.time()
        self.waited_s = 0.0
        self.said = 1  # lines of the dialogue that have been said, the first one by `start`
        self._after = 0  # number of the last message that was seen
        self._heard = ""
        self._heard_number = 0  # of the agent's last message
        self._answered_number = 0
        self._pending: dict[str, Frame] = {}
        self._news = asyncio.Event()
        stage.remember(self.contact, play)
        self._ask_to_start()

    def _ask_to_start(self) -> None:
        id = new_id()
        self._pending[id] = {
            "t": "start", "id": id, "contact": self.contact, "interaction": self.interaction,
            "topic": self.play.dialogue.topic, "name": self.name, "text": self.play.dialogue.customer[0],
            "message": new_id(),
        }  # fmt: skip

    # -- the connection ------------------------------------------------------------------------------------------------
    async def address(self) -> tuple[str, dict[str, str]]:
        headers = {HEADER: self.stage.key} | ({FOR_HEADER: "people"} if self.play.for_people else {})
        return f"{self.stage.socket_url}/chat/ws", headers

    async def opened(self) -> None:
        self.send(
            {
                "t": "hello", "v": 1, "site": self.play.site, "visitor": self.visitor,
                "locale": "en" if self.play.dialogue.lang == "en" else "zh-CN", "after": self._after,
                "contact": self.contact,
                "page": {"url": self.stage.url + self.stage.shop[0], "title": self.stage.shop[1]},
            }
        )  # fmt: skip

    async def take(self, frame: Frame) -> None:
        match frame["t"]:
            case "welcome":
                self._welcomed(frame)
            case "message":
                self._hear(frame)
            case "state":
                self._become(frame["state"])
            case "ack":
                self._pending.pop(frame["id"], None)
                self._news.set()
            case "nack":
                self._refused(frame)

    def _welcomed(self, frame: Frame) -> None:
        self.visitor = frame["visitor"]
        for message in frame["messages"]:
            self._hear(message)
        if frame["contact"] and frame["contact"]["id"] == self.contact:
            self._become(frame["contact"]["state"])
        for waiting in list(self._pending.values()):
            self.send(waiting)

    def _hear(self, message: Frame) -> None:
        if message["number"] <= self._after:
            return
        self._after = message["number"]
        if message["author"] == "agent":
            self._heard, self._heard_number = message["text"], message["number"]
            self._news.set()

    def _become(self, state: str) -> None:
        if state == "talking" and self.state != "talking":
            self.waited_s = self.stage.pace.time() - self.waited_from
        self.state = "waiting" if state == "offered" else state
        self._news.set()

    def _refused(self, frame: Frame) -> None:
        sent = self._pending.get(frame["id"] or "")
        if sent is None:
            return
        if frame["code"] in {"slow_down", "unavailable", "degraded"}:
            asyncio.get_running_loop().call_later(1.5, self.send, sent)
        elif sent["t"] == "start":
            self.stop()  # the queue is full, or the visitor has another contact open
        else:
            self._pending.pop(frame["id"], None)
            self._news.set()

    # -- the behaviour -------------------------------------------------------------------------------------------------
    async def live(self) -> None:
        """Play the part to its end."""
        running = asyncio.create_task(self.run())
        part = asyncio.create_task(self._play())
        try:
            await asyncio.wait([running, part], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (running, part):
                task.cancel()
            await asyncio.gather(running, part, return_exceptions=True)
            if self.visitor is not None:
                self.stage.keep_visitor(self.play.site, self.visitor, self.name)

    async def leave(self) -> None:
        """The ribbon was switched off: end what is open."""
        if self.state in {"waiting", "talking", "new"}:
            await self._request({"t": "end", "id": new_id()}, seconds=LEAVES_WITHIN_S)
        self.stop()

    async def _play(self) -> None:
        if not await self._wait_for_answer():
            return
        while self.state == "talking":
            if not await self._wait_for_words():
                break
            await self.stage.pace.sleep(reading_s(self._heard, self.stage.rng))
            line = self._next_line()
            if line is None:
                break
            await self._say(line)
        if self.state == "talking":
            await self._say_goodbye()
        await self._rate()
        self.stop()

    async def _wait_for_answer(self) -> bool:
        """False: out of patience, gone."""
        leaves_at = self.waited_from + self.patience_s()
        while self.state in {"new", "waiting"}:
            left = leaves_at - self.stage.pace.time()
            if left <= 0:
                await self._request({"t": "end", "id": new_id()})
                self.stop()
                return False
            await self._news_within(left)
        return self.state == "talking"

    def patience_s(self) -> float:
        """How long this customer waits for somebody, seconds."""
        return patience_s(self.play.dialogue.mood, self.stage.rng)

    async def _wait_for_words(self) -> bool:
        """Wait until the agent has written something new and paused; nudge after a while, give up after long."""
        nudged, since = False, self.stage.pace.time()
        while self.state == "talking":
            if self._heard_number > self._answered_number:
                return True
            quiet = self.stage.pace.time() - since
            if quiet > GIVE_UP_S:
                await self._request({"t": "end", "id": new_id()})
                return False
            if quiet > NUDGE_S and not nudged:
                nudged = True
                await self._post(self.stage.rng.choice(texts.STILL_THERE[self.play.dialogue.lang]))
            await self._news_within(5)
        return False

    async def _news_within(self, seconds: float) -> None:
        """Wait until something happens, or for so many seconds of simulated time."""
        self._news.clear()
        waits = [asyncio.create_task(self._news.wait()), asyncio.create_task(self.stage.pace.sleep(seconds))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _next_line(self) -> str | None:
        lines = self.play.dialogue.customer
        if self.said >= len(lines):
            return None
        self.said += 1
        return lines[self.said - 1]

    async def _say(self, line: str) -> None:
        if self.play.for_people:
            self.send({"t": "typing", "on": True})
        await self.stage.pace.sleep(typing_s(line, self.stage.rng))
        if self.state == "talking":
            await self._post(line)
        self._answered_number = self._heard_number

    async def _say_goodbye(self) -> None:
        lang = self.play.dialogue.lang
        if self.play.for_people or self.stage.rng.random() < 0.5:
            await self.stage.pace.sleep(typing_s("谢谢您", self.stage.rng))
            if self.state == "talking":
                await self._post(self.stage.rng.choice(texts.THANKS[lang]))
        await self.stage.pace.sleep(self.stage.rng.uniform(12, 20) if self.play.for_people else 4)
        if self.state == "talking":
            await self._request({"t": "end", "id": new_id()})
        await self._until_ended()

    async def _until_ended(self) -> None:
        while self.state == "talking" and not self.stopped.is_set():
            self._news.clear()
            await self._news.wait()

    async def _rate(self) -> None:
        if self.state != "ended" or not self.stage.on or self.stage.rng.random() > RATES:
            return
        await self.stage.pace.sleep(self.stage.rng.uniform(2, 6))
        score = texts.score(self.play.dialogue.mood, self.waited_s, self.stage.rng)
        comment = self.stage.rng.choice(texts.COMMENTS[score][self.play.dialogue.lang])
        await self._request({"t": "rate", "id": new_id(), "score": score, "comment": comment}, seconds=5)

    async def _post(self, text: str) -> None:
        await self._request({"t": "post", "id": new_id(), "text": text})

    async def _request(self, frame: Frame, seconds: float = 60) -> None:
        """Send and wait for the answer; after a reconnection it is sent again with the same id."""
        self._pending[frame["id"]] = frame
        self.send(frame)
        try:
            async with asyncio.timeout(seconds):
                while frame["id"] in self._pending and not self.stopped.is_set():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            self._pending.pop(frame["id"], None)
