"""What the reception of one caller may ask of the house (`host.Lobby`): the line, a call-back, a message, good-bye."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal, Protocol

from rexian.channels.voice import frames
from rexian.channels.voice.calls import Facts, Line, Stage
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.overdue import words_wait
from rexian.channels.voice.port import Down, Gone
from rexian.channels.voice.reception import words
from rexian.channels.voice.reception.model import Flow
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit import log

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

RECEPTION = Party("system", "reception")
_AGAIN_S = 0.5
LATER_MS = 30 * 60_000
"""A call-back "when there is room" is booked so far ahead."""
_log = log.get(__name__)


_STAGES: dict[Stage, Literal["reception", "queued", "talking", "ended"]] = {
    "reception": "reception", "waiting": "queued", "call_back": "queued", "talking": "talking", "ended": "ended",
}  # fmt: skip


class Receptions(Protocol):
    """How a tenant receives callers (`directory/reception/contract.py`)."""

    async def flow(self, tenant_id: str, entry: str) -> Flow: ...

    async def is_open(self, flow: Flow, locale: str) -> bool: ...

    async def next_opening(self, flow: Flow) -> int:
        """ms since 1970 UTC; 0 when nobody knows."""
        ...


def straight_back(
    interaction_id: str, queue_id: str, due_at: int = 0, attributes: dict[str, str] | None = None
) -> engine.QueueInteraction:
    """Out of the menu into a call-back, however busy the queue is."""
    return engine.QueueInteraction(
        interaction_id=interaction_id, queue_id=queue_id, attributes=attributes or {}, call_back=True,
        call_back_at=due_at,
    )  # fmt: skip


class Lobby:
    """Implements `host.Lobby`."""

    def __init__(self, channel: VoiceChannel, receptions: Receptions) -> None:
        self._channel = channel
        self._receptions = receptions

    async def start_facts(self, call: LiveCall, facts: Facts) -> tuple[Flow, words.Started]:
        """See `host.Lobby`."""
        channel = self._channel
        floor = channel.asking.floor(call.tenant_id)
        main = floor.interaction(facts.main) if floor is not None else None
        attributes = dict(main.attributes) if main is not None else {}
        flow = await self._receptions.flow(call.tenant_id, main.entry if main is not None else "")
        queue_id = await self._queue_of(call, main.entry if main is not None else "", attributes.get("topic"))
        open_now = await self._receptions.is_open(flow, call.locale)
        rule = await self.rule(call.tenant_id)
        now = channel.clock.now_ms()
        if facts.stage == "reception" and not call.cut:
            return flow, words.Started(
                at=now, locale=call.locale, open=open_now, queue_id=queue_id, number=call.number, recording=rule
            )
        return flow, words.Resumed(
            at=now, locale=call.locale, open=open_now, queue_id=queue_id or facts.queue_id, number=call.number,
            recording=rule, stage=_STAGES[facts.stage],
        )  # fmt: skip

    async def rule(self, tenant_id: str) -> words.RecordingRule:
        """Whether this tenant's callers are told that they are recorded, asked, or not recorded at all."""
        recordings = self._channel.recordings
        return await recordings.consent_rule(tenant_id) if recordings is not None else "never"

    async def offers_call_back(self, call: LiveCall, facts: Facts) -> bool:
        """Whether the tenant calls back those who wait."""
        return bool((await self.flow_of(call, facts)).queueing.call_back_key)

    async def flow_of(self, call: LiveCall, facts: Facts) -> Flow:
        """How this caller is received."""
        floor = self._channel.asking.floor(call.tenant_id)
        main = floor.interaction(facts.main) if floor is not None else None
        return await self._receptions.flow(call.tenant_id, main.entry if main is not None else "")

    async def calls_back(self, tenant_id: str, entry: str, locale: str) -> bool:
        """Whether the tenant calls back now those who come in here: while it is closed, by what it offers then."""
        flow = await self._receptions.flow(tenant_id, entry)
        if await self._receptions.is_open(flow, locale):
            return bool(flow.queueing.call_back_key)
        return flow.closed.call_back

    async def _queue_of(self, call: LiveCall, entry: str, topic: str | None) -> str:
        """The queue of the topic that was chosen in the page; '' when none was."""
        if not topic:
            return ""
        entrance = await self._channel.entrances.find(entry, call.locale)
        return (entrance.site.queue_for(topic) or "") if entrance is not None else ""

    def caption(self, call: LiveCall, text: str, keys: tuple[words.KeyLabel, ...]) -> None:
        """See `host.Lobby`."""
        shown = [frames.KeyView(key.digit, key.label) for key in keys]
        self._channel.visits.caption(call.contact_id, text, shown)

    # -- the line ------------------------------------------------------------------------------------------------------
    async def join_line(self, call: LiveCall, interaction_id: str, act: words.Queue) -> None:
        """See `host.Lobby`."""
        await self._queue(call, interaction_id, act.queue_id, needs=act.needs, attributes=act.attributes)

    async def _queue(
        self, call: LiveCall, interaction_id: str, queue_id: str, *, needs: dict[str, int],
        attributes: dict[str, str],
    ) -> None:  # fmt: skip
        channel = self._channel
        floor = channel.asking.floor(call.tenant_id)
        contact = floor.contact(call.contact_id) if floor is not None else None
        language = channel.abilities.language(floor, call.tenant_id, call.locale) if floor is not None else {}
        last_agent = None
        if contact is not None:
            async with channel.db.system() as tx:
                last_agent = await channel.last_agent(tx, call.tenant_id, contact.customer_id, channel.clock.now_ms())
        command = engine.QueueInteraction(
            interaction_id=interaction_id, queue_id=queue_id, needs=language | needs, attributes=attributes,
            last_agent_id=last_agent,
        )  # fmt: skip
        await channel.asking.ask(call.tenant_id, command, RECEPTION)

    async def call_back(self, call: LiveCall, interaction_id: str, act: words.CallBack) -> None:
        """See `host.Lobby`."""
        due_at = 0
        if act.booked:
            flow = await self._receptions.flow(call.tenant_id, "")
            open_now = await self._receptions.is_open(flow, call.locale)
            opens_at = 0 if open_now else await self._receptions.next_opening(flow)
            due_at = opens_at or self._channel.clock.now_ms() + LATER_MS
        if act.queued:
            command = engine.RequestCallBack(interaction_id=interaction_id, due_at=due_at)
            await self._channel.asking.ask(call.tenant_id, command, RECEPTION)
            call.reached = False
            return
        await self._channel.asking.ask(
            call.tenant_id, straight_back(interaction_id, act.queue_id, due_at, act.attributes), RECEPTION
        )

    # -- words ---------------------------------------------------------------------------------------------------------
    async def leave_words(self, call: LiveCall, interaction_id: str, act: words.Voicemail) -> int:
        """See `host.Lobby`."""
        customer = call.customer
        if customer is None or self.is_taken(call):
            return 0
        leaving = call.leaving = asyncio.Event()
        try:
            return await self._leave_words(call, customer, interaction_id, act)
        finally:
            leaving.set()
            if call.leaving is leaving:
                call.leaving = None

    async def _leave_words(self, call: LiveCall, customer: Line, interaction_id: str, act: words.Voicemail) -> int:
        since = customer.since
        ms = await self._channel.voicemails.record(call, customer.id, interaction_id, act.most_s)
        call.unheard = call.unheard or ms is None
        come_back = call.customer is not customer or customer.since != since
        stays = _on_the_line(call) and (come_back or self.is_taken(call) or (ms is None and act.queued))
        if ms != 0 and not stays:
            await self.hand_on(call, interaction_id, act.queue_id, queued=act.queued)
        return ms or 0

    def is_taken(self, call: LiveCall) -> bool:
        """See `host.Lobby`."""
        facts = self._channel.director.facts(call)
        return facts is not None and facts.stage == "talking"

    async def hand_on(self, call: LiveCall, interaction_id: str, queue_id: str, *, queued: bool) -> bool:
        """A message waits for an agent as a call-back does. A queue that is gone doesn't keep it from being heard.

        Returns whether somebody hears it.
        """
        facts = self._channel.director.facts(call)
        if queued or (facts is not None and facts.stage != "reception"):
            handed = await self._keep_place(call, interaction_id)
        else:
            handed = await self._to_a_queue(call, interaction_id, queue_id)
        call.reached, call.unheard = False, call.unheard and not handed
        return handed

    async def _keep_place(self, call: LiveCall, interaction_id: str) -> bool:
        """As a call-back. While it rings at an agent's who may take it, that can be refused."""
        asking, director = self._channel.asking, self._channel.director
        command = engine.RequestCallBack(interaction_id=interaction_id)
        while await asking.insist(call.tenant_id, command, RECEPTION) is None:
            facts = director.facts(call)
            if facts is None or facts.stage != "waiting":
                self._call_again(call)
                break
            await asyncio.sleep(_AGAIN_S)
        return True

    def _call_again(self, call: LiveCall) -> None:
        """An agent has taken one who has left words and hung up: they are rung, as if it had been a call-back."""
        if self.is_taken(call) and not _on_the_line(call):
            call.redial = True
            self._channel.director.touch(call.contact_id)

    async def _to_a_queue(self, call: LiveCall, interaction_id: str, queue_id: str) -> bool:
        for id in await self._live_queues(call, queue_id):
            command = straight_back(interaction_id, id)
            if await self._channel.asking.insist(call.tenant_id, command, RECEPTION) is not None:
                return True
        _log.error("voice.words_without_queue", contact_id=call.contact_id)
        return False

    async def _live_queues(self, call: LiveCall, wanted: str) -> list[str]:
        """The queue that was meant, the one in which a person answers, then any: those that are there."""
        flow = await self._receptions.flow(call.tenant_id, "")
        floor = self._channel.asking.floor(call.tenant_id)
        if floor is None:
            return [wanted]
        live = [queue.id for queue in floor.queues() if queue.tenant_id == call.tenant_id and not queue.retired]
        return sorted(live, key=lambda id: (id != wanted, id != flow.person, id))

    def let_go(self, call: LiveCall, why: str) -> None:
        """See `host.Lobby`."""
        self._channel.asking.spawn(self._let_go(call, why))

    async def _let_go(self, call: LiveCall, why: str) -> None:
        facts = self._channel.director.facts(call)
        if facts is not None and facts.stage in ("reception", "waiting") and why not in ("call_back", "voicemail"):
            end = engine.EndInteraction(interaction_id=facts.main, by=RECEPTION, reason=why)
            self._channel.asking.later(call.tenant_id, end, RECEPTION)
        customer = call.customer
        if customer is not None:
            with contextlib.suppress(Down, Gone):
                await self._channel.director.release(call, customer)
        facts = self._channel.director.facts(call)
        if facts is not None and words_wait(facts, call):
            call.released = False  # no queue has taken their words: the clock offers them again
        self._channel.director.touch(call.contact_id)


def _on_the_line(call: LiveCall) -> bool:
    return call.customer is not None and call.customer.state != "lost" and not call.released
