"""Once a second: who has been gone too long, who is told their place, and calls whose last step failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rexian.channels.voice import frames
from rexian.channels.voice.asking import SYSTEM
from rexian.channels.voice.calls import Facts
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.lobby import RECEPTION
from rexian.channels.voice.overdue import Overdue, overdue
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit import log

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

_LOOK_AGAIN = 3  # every so many looks all calls are settled anew, in case a step had failed
WORDS_AGAIN_MS = 60_000  # a message that no queue takes is offered again so often
_log = log.get(__name__)


class Patience:
    """The channel's sense of time."""

    def __init__(self, channel: VoiceChannel) -> None:
        self._channel = channel
        self._looks = 0
        self._acting: set[Overdue] = set()

    def look(self) -> None:
        """One look at all calls."""
        self._looks += 1
        director = self._channel.director
        for call in list(director.calls.values()):
            facts = director.facts(call)
            if self._looks % _LOOK_AGAIN == 0:
                director.touch(call.contact_id)
            if facts is None:
                continue
            self._tell_place(call, facts)
            if director.up:
                self._give_up(call, facts)

    def _tell_place(self, call: LiveCall, facts: Facts) -> None:
        floor = self._channel.asking.floor(call.tenant_id)
        place = floor.position(facts.main) if floor is not None and facts.stage == "waiting" else None
        if place is not None and floor is not None:
            low, high = floor.expected_wait(facts.main) or (None, None)
            position = frames.Position(position=place[0], of=place[1], wait_low_ms=low, wait_high_ms=high)
            self._channel.visits.position(call.contact_id, position)
            if call.host is not None:
                call.host.position(place[0], place[1], low or 0, high or 0)
        if call.host is not None:
            call.host.tick()

    def _give_up(self, call: LiveCall, facts: Facts) -> None:
        channel = self._channel
        found = overdue(
            facts, call, channel.limits, channel.clock.now_ms(),
            page_open=channel.visits.is_open(call.contact_id), up_since=channel.director.up_since,
        )  # fmt: skip
        for one in found:
            if one not in self._acting:
                self._acting.add(one)
                channel.asking.spawn(self._act_once(call, facts, one))

    async def _act_once(self, call: LiveCall, facts: Facts, late: Overdue) -> None:
        """Beside the look: a floor that can't commit now must not stop the time of all other calls."""
        try:
            await self._act(call, facts, late)
        finally:
            self._acting.discard(late)

    async def _act(self, call: LiveCall, facts: Facts, late: Overdue) -> None:
        asking, phones = self._channel.asking, self._channel.phones
        now = self._channel.clock.now_ms()
        match late.what:
            case "customer_lost":
                reason = "engine_lost" if self._by_engine(call) else "customer_lost"
                await self._end(call, late.interaction_id, reason)
            case "agent_lost":
                await self._back_to_queue(call, facts)
            case "consult_lost":
                await self._end(call, late.interaction_id, "line_lost")
            case "participant_lost":
                leave = engine.LeaveInteraction(
                    interaction_id=late.interaction_id, person_id=late.person_id, why="line_lost"
                )
                await asking.try_once(call.tenant_id, leave)
            case "not_connecting":
                line = call.lines.get(late.leg_id)
                if line is not None:
                    line.told = True
                supervisor = line is not None and line.name.kind == "supervisor" and not line.device_id
                mute = supervisor and phones.speechless(late.person_id)
                no_phone = phones.phone(late.person_id) == ""
                code = "needs_microphone" if mute else "no_phone" if no_phone else "not_connecting"
                phones.tell(late.person_id, code, about=late.interaction_id)
            case "no_answer":
                call.ring_told = True
                phones.tell(late.person_id, "no_answer", about=late.interaction_id, number=call.number)
            case "call_back":
                await asking.try_once(call.tenant_id, engine.RequestCallBack(interaction_id=late.interaction_id))
            case "words_left" if now - call.words_tried_at >= WORDS_AGAIN_MS:
                call.words_tried_at = now
                flow, _ = await self._channel.lobby.start_facts(call, facts)
                await self._channel.lobby.hand_on(call, facts.main, flow.person, queued=False)

    def _by_engine(self, call: LiveCall) -> bool:
        """Whether the customer's line went with the engine (or while we were away), not by their own network."""
        director, line = self._channel.director, call.customer
        since = line.since if line is not None else 0
        return director.down_since <= since <= director.up_since

    async def _back_to_queue(self, call: LiveCall, facts: Facts) -> None:
        """The agent's line did not come back: the customer returns to the line with their place kept."""
        phones = self._channel.phones
        back = engine.TransferInteraction(
            interaction_id=facts.main, agent_id=facts.agent_id, to_queue_id=facts.queue_id
        )
        _log.info("voice.agent_lost", contact_id=call.contact_id, agent_id=facts.agent_id)
        answer = await self._channel.asking.try_once(call.tenant_id, back)
        if answer == "transfer_target_invalid":  # the queue is closed by now
            await self._end(call, facts.main, "line_lost", by=RECEPTION)
        elif answer == "":
            phones.tell(facts.agent_id, "back_in_queue", about=facts.main)

    async def _end(self, call: LiveCall, interaction_id: str, reason: str, *, by: Party = SYSTEM) -> None:
        """As things stand now: a command that waits for a floor that is away would end those who are back by then."""
        end = engine.EndInteraction(interaction_id=interaction_id, by=by, reason=reason)
        await self._channel.asking.try_once(call.tenant_id, end)
