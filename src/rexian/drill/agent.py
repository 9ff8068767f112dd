"""A simulated agent: proves and accepts offers, answers, notes, wraps up, takes breaks; steps aside for real agents.

With a simulated customer the agent says the dialogue's lines; with a real one it answers to what was asked, at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import httpx

from rexian.drill import texts
from rexian.drill.arrivals import reading_s, typing_s
from rexian.drill.desk import FeedLine
from rexian.drill.stage import Play, Stage
from rexian.kit.ids import new_id

BREAKS = (("break", 240.0), ("break", 300.0), ("meeting", 420.0), ("training", 600.0), ("lunch", 900.0))
AT_WORK_S = (900.0, 2_700.0)
REJECTS = 0.015
NOTES = 0.1
SILENT_CUSTOMER_S = 300.0
LONGEST_GOODBYE_S = 600.0
STATE_PAUSE_S, REFUSED_PAUSE_S = 0.5, 2.0
"""After a state was asked for: so long until the view is looked at again."""
_ALL = 2**31 - 1


class SimulatedAgent:
    """One of the city's agents, by the real feed."""

    def __init__(self, stage: Stage, client: httpx.AsyncClient, person_id: str) -> None:
        self.stage = stage
        self.feed = FeedLine(stage, client, person_id, self._look)
        self.on_break = ""
        self.going = False
        self._busy: dict[str, asyncio.Task[None]] = {}  # offers and handlings that somebody looks after
        self._news = asyncio.Event()
        self._signed_out = False  # acknowledged: what was asked for before can't come after it

    async def live(self) -> None:
        """Work until cancelled, or until gone home."""
        tasks = [asyncio.create_task(work) for work in (self.feed.run(), self._shift(), self._keep_state())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.feed.stop()
            for task in (*tasks, *self._busy.values()):
                task.cancel()
            await asyncio.gather(*tasks, *self._busy.values(), return_exceptions=True)

    async def go_home(self) -> None:
        """Take nothing new, finish what is in hand (a real customer is never left alone), sign out, hang up."""
        self.going, self._signed_out = True, False
        self.on_break = "signed_out"
        self._look()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_GOODBYE_S):
                while self.going and not self._is_home():
                    self._news.clear()
                    await self._news.wait()
        if self.going:
            self.feed.stop()

    def stay(self) -> bool:
        """Switched on again before the agent had left. False: too late, somebody else has to come."""
        if self.feed.stopped.is_set():
            return False
        if not self.going:
            return True
        self.going, self.on_break = False, ""
        self._look()
        self._news.set()
        return True

    def _is_home(self) -> bool:
        return self._signed_out and not self.feed.handlings and self.feed.agent.get("reason") == "signed_out"

    async def _shift(self) -> None:
        """At work for a while, then a break, and again; everybody at another time."""
        rng = self.stage.rng
        if rng.random() < 0.2:
            self.on_break = rng.choice(BREAKS)[0]
            await self.stage.pace.sleep(rng.uniform(20, 300))
        while True:
            if not self.going:
                self.on_break = ""
                self._look()
            await self.stage.pace.sleep(rng.uniform(*AT_WORK_S))
            if not self.going:
                self.on_break, seconds = rng.choice(BREAKS)
                self._look()
                await self.stage.pace.sleep(seconds * rng.uniform(0.6, 1.3))

    # -- what there is to do -------------------------------------------------------------------------------------------
    def _look(self) -> None:
        """Called whenever the view or the mind has changed: see to everything that nobody sees to yet."""
        if not self.feed.ready:
            return
        self._news.set()
        for id in self.feed.offers:
            self._see_to(id, self._offer)
        for id in self.feed.handlings:
            self._see_to(id, self._handle)

    def _see_to(self, id: str, how: Any) -> None:
        if id not in self._busy:
            task = self._busy[id] = asyncio.create_task(how(id))
            task.add_done_callback(lambda _: self._done(id))

    def _done(self, id: str) -> None:
        self._busy.pop(id, None)
        if id in self.feed.handlings or id in self.feed.offers:
            asyncio.get_running_loop().call_later(1.0, self._look)

    async def _keep_state(self) -> None:
        """Be in the state that the mind is in, whatever the floor says in between and however often it says no."""
        while True:
            if not self.feed.ready or self._state_is_right():
                self._news.clear()
                await self._news.wait()
                continue
            reason = self.on_break
            wanted = {"state": "not_ready", "reason": reason} if reason else {"state": "available"}
            refused = await self.feed.command("SetAgentState", **wanted)
            self._signed_out = not refused and reason == "signed_out"
            self._news.set()
            await asyncio.sleep(REFUSED_PAUSE_S if refused else STATE_PAUSE_S)

    def _state_is_right(self) -> bool:
        agent = self.feed.agent
        if not agent or (self.going and not self._signed_out):
            return not agent
        if self.on_break:
            return agent.get("state") == "not_ready" and agent.get("reason") == self.on_break
        return agent.get("state") in {"available", "after_contact_work"}

    async def _offer(self, id: str) -> None:
        """Prove at once, think for a moment, accept (hardly ever: reject). In real time, since offers ring out."""
        offer = self.feed.offers.get(id)
        if offer is None:
            return  # gone again before this began
        await self.feed.command("ProveOffer", offer_id=id)
        rng = self.stage.rng
        await self.stage.soon(rng.uniform(0.8, 4.5) if offer.get("simulated") else rng.uniform(0.6, 1.2))
        if id not in self.feed.offers:
            return
        if offer.get("simulated") and rng.random() < REJECTS:
            await self.feed.command("RejectOffer", offer_id=id, reason="busy")
        else:
            await self.feed.command("AcceptOffer", offer_id=id)

    async def _handle(self, id: str) -> None:
        """Look after one handling until it is wrapped up."""
        handling = self.feed.handlings.get(id)
        if handling is None:
            return
        play = self.stage.plays.get(handling["contact_id"])
        if handling["state"] == "talking":
            if play is not None:
                await self._talk(id, play)
            elif handling.get("simulated"):  # the customer of an earlier population: nobody is there any more
                await self.feed.command("EndInteraction", interaction_id=id)
            else:
                await self._talk_with_visitor(id, str(handling["tenant_id"]))
        await self._wrap_up(id, play)

    def _now(self, id: str) -> dict[str, Any] | None:
        """The handling while it talks."""
        handling = self.feed.handlings.get(id)
        return handling if handling is not None and handling["state"] == "talking" else None

    async def _unanswered(self, id: str, answered_at: int, seconds: float) -> dict[str, Any] | None:
        """Wait up to `seconds` (real) for words of the customer that are newer than `answered_at`."""
        try:
            async with asyncio.timeout(seconds):
                while (handling := self._now(id)) is not None:
                    last = handling.get("last")
                    if last and last["author_kind"] == "customer" and last["at"] > answered_at:
                        return dict(last)
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass
        return None

    # -- with a simulated customer -------------------------------------------------------------------------------------
    async def _talk(self, id: str, play: Play) -> None:
        rng, answered_at = self.stage.rng, 0
        if rng.random() < NOTES:
            await self._note(id, rng.choice(texts.STAFF_NOTES[play.dialogue.lang]))
        while self._now(id) is not None:
            last = await self._unanswered(id, answered_at, 900)
            if last is None:
                break
            lines, answered_at = play.dialogue.agent, int(last["at"])
            if play.said_by_agent >= len(lines):
                continue  # nothing is left to say; the customer ends it
            line = lines[play.said_by_agent]
            await self.stage.pace.sleep(reading_s(last["text"], rng) + typing_s(line, rng) * 0.8)
            if await self._say(id, line):
                play.said_by_agent += 1
        if self._now(id) is not None:
            await self.feed.command("EndInteraction", interaction_id=id)

    # -- with a real one -----------------------------------------------------------------------------------------------
    async def _talk_with_visitor(self, id: str, tenant_id: str) -> None:
        """Answer within seconds, whatever the ribbon's speed is."""
        tenant, answered_at, turn = self.stage.tenants.get(tenant_id, ""), 0, 0
        while self._now(id) is not None:
            last = await self._unanswered(id, answered_at, SILENT_CUSTOMER_S)
            if last is None:
                break
            await self.feed.command("MarkRead", interaction_id=id, number=_ALL)
            self.feed.send({"t": "typing", "interaction_id": id, "on": True})
            answered_at = int(last["at"])
            said = texts.reply(tenant, last["text"], turn, self.feed.name, self.stage.rng)
            await asyncio.sleep(min(4.5, 1.2 + len(said) * 0.03))
            self.feed.send({"t": "typing", "interaction_id": id, "on": False})
            await self._say(id, said)
            turn += 1
        if self._now(id) is not None:
            await self.feed.command("EndInteraction", interaction_id=id)

    async def _note(self, id: str, text: str) -> None:
        if (handling := self._now(id)) is not None:
            await self.feed.command("AddNote", contact_id=handling["contact_id"], note_id=new_id(), text=text)

    async def _say(self, id: str, text: str) -> bool:
        if self._now(id) is None:
            return False
        return not await self.feed.command("PostMessage", interaction_id=id, message_id=new_id(), text=text)

    # -- afterwards ----------------------------------------------------------------------------------------------------
    async def _wrap_up(self, id: str, play: Play | None) -> None:
        if (handling := self.feed.handlings.get(id)) is None or handling["state"] != "after_contact_work":
            return
        await self.stage.soon(self.stage.rng.uniform(3, 18))
        if id in self.feed.handlings:
            disposition = play.dialogue.disposition if play is not None else "resolved"
            text = texts.summary(play.dialogue if play else None)
            await self.feed.command("WrapUp", interaction_id=id, disposition=disposition, text=text)
