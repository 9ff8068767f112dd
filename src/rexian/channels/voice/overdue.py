"""What has taken too long in a call, as a pure function: who is given up, and who is told in words."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rexian.channels.voice.calls import Facts, line_of
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.settings import VoiceLimits


class Overdue(Struct, frozen=True, kw_only=True):
    """`what`: `customer_lost` (end it), `agent_lost` (back to the queue), `consult_lost`, `participant_lost` (let go),
    `not_connecting` (tell the person), `no_answer` (a call-back rings in vain: tell the agent), `words_left` (a message
    waits in the reception: into the line), `call_back` (their telephone was cut off while they waited: they keep the
    place).
    """

    what: Literal[
        "customer_lost", "agent_lost", "consult_lost", "participant_lost", "not_connecting", "no_answer", "words_left",
        "call_back",
    ]  # fmt: skip
    interaction_id: str
    person_id: str = ""
    leg_id: str = ""


def overdue(
    facts: Facts, call: LiveCall, limits: VoiceLimits, now: int, *, page_open: bool, up_since: int
) -> list[Overdue]:
    """`page_open`: the customer's page is there, only its line is not. `up_since`: when the engine came up: before
    that nobody could have come back.
    """
    found: list[Overdue] = []
    if call.redial and facts.stage == "waiting":
        found.append(Overdue(what="call_back", interaction_id=facts.main))
    for seat in facts.seats:
        line = line_of(call.lines, seat)
        if line is None or line.state == "up":
            continue
        waited = now - max(line.since, up_since)
        if seat.kind == "customer":
            if line.state != "dialling" and waited >= limits.grace_ms and _gives_up(facts, call, page_open):
                what: Literal["words_left", "customer_lost"] = (
                    "words_left" if words_wait(facts, call) else "customer_lost"
                )
                found.append(Overdue(what=what, interaction_id=facts.main))
        elif waited >= limits.grace_ms and line.state != "dialling":
            found.append(_lost(facts, seat.kind, seat.interaction_id, seat.person_id))
        elif line.state == "connecting" and waited >= limits.answer_ms and not line.told:
            found.append(
                Overdue(
                    what="not_connecting", interaction_id=seat.interaction_id, person_id=seat.person_id, leg_id=line.id
                )
            )
    if call.ringing_since and now - call.ringing_since >= limits.ring_ms and not call.ring_told:
        found.append(Overdue(what="no_answer", interaction_id=facts.main, person_id=facts.agent_id))
    return found


def words_wait(facts: Facts, call: LiveCall) -> bool:
    """Whether words were left that nobody has been asked to hear: their contact must not end."""
    return facts.stage in ("reception", "waiting") and (facts.words_left or call.unheard)


def _gives_up(facts: Facts, call: LiveCall, page_open: bool) -> bool:
    """Who waits in the line with an open page is still there: the floor's own patience counts, but for words that wait.
    In a talk somebody listens to nothing, and a call-back has no line before it rings."""
    if facts.stage == "waiting":
        return words_wait(facts, call) or (not page_open and not call.redial)
    return facts.stage in ("reception", "talking")


def _lost(facts: Facts, kind: str, interaction_id: str, person_id: str) -> Overdue:
    what: Literal["agent_lost", "consult_lost", "participant_lost"] = "participant_lost"
    if kind == "agent":
        what = "agent_lost" if interaction_id == facts.main else "consult_lost"
    return Overdue(what=what, interaction_id=interaction_id, person_id=person_id)
