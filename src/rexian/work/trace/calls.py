"""Sentences about live calls: reception, hold, consultation, participants, take-over, recording."""

from __future__ import annotations

from rexian.engine import events as e
from rexian.work.trace.model import Names, Words
from rexian.work.trace.telling import Said, by_name, coded, tells, with_words


# -- reception -------------------------------------------------------------------------------------------------------
@tells(e.InteractionReceived)
def _(event: e.InteractionReceived, names: Names, words: Words | None) -> Said:
    return coded(names, "received", event.medium, "other"), "plain"


@tells(e.ReceptionNoted)
def _(event: e.ReceptionNoted, names: Names, words: Words | None) -> Said:
    node, value = names.node(event.node), names.choice(event.value)
    key = event.kind if event.value or event.kind != "note" else "note_plain"
    return names.say(f"reception.{key}", node=node, value=value), "plain"


def reception_ended(event: e.InteractionEnded, names: Names) -> Said:
    """It never came to a queue."""
    if event.by.kind == "customer":
        return names.say("reception.left"), "bad"
    return names.say("reception.ended", reason=names.reason(event.reason)), "plain"


# -- hold ------------------------------------------------------------------------------------------------------------
@tells(e.InteractionHeld)
def _(event: e.InteractionHeld, names: Names, words: Words | None) -> Said:
    return names.say("held", agent=names.agent(event.agent_id)), "plain"


@tells(e.InteractionResumed)
def _(event: e.InteractionResumed, names: Names, words: Words | None) -> Said:
    return names.say("resumed", agent=names.agent(event.agent_id), held=names.duration(event.held_ms)), "plain"


# -- a colleague is asked --------------------------------------------------------------------------------------------
def consulted(event: e.InteractionQueued, names: Names, words: Words | None) -> str:
    """Who asks whom, with the note that came along."""
    key = "consult.person" if event.target_agent_id else "consult.queue"
    agent, target = names.agent(event.consult_by), names.agent(event.target_agent_id)
    text = names.say(key, agent=agent, target=target, queue=names.queue(event.queue_id))
    return with_words(text, words, names)


def consult_ended(event: e.InteractionEnded, names: Names) -> str:
    """A consultation is over and the customer stayed where they were."""
    key = "consult.ended" if event.talk_ms else "consult.in_vain"
    agent, talk = names.agent(event.agent_id), names.duration(event.talk_ms)
    return names.say(key, agent=agent, talk=talk, waited=names.duration(event.waited_ms))


@tells(e.ConsultPromoted)
def _(event: e.ConsultPromoted, names: Names, words: Words | None) -> Said:
    return names.say("promoted", agent=names.agent(event.agent_id)), "good"


@tells(e.InteractionTakenOver)
def _(event: e.InteractionTakenOver, names: Names, words: Words | None) -> Said:
    agent, before = names.agent(event.agent_id), names.agent(event.from_agent_id)
    return names.say("taken_over", agent=agent, before=before), "warn"


# -- who else is there -----------------------------------------------------------------------------------------------
@tells(e.ParticipantJoined)
def _(event: e.ParticipantJoined, names: Names, words: Words | None) -> Said:
    text = names.say(f"joined.{event.role}", person=names.agent(event.person_id))
    return with_words(text, words, names), "plain"


@tells(e.ParticipantLeft)
def _(event: e.ParticipantLeft, names: Names, words: Words | None) -> Said:
    return names.say(f"left.{event.role}", person=names.agent(event.person_id)), "plain"


# -- recording -------------------------------------------------------------------------------------------------------
@tells(e.RecordingChanged)
def _(event: e.RecordingChanged, names: Names, words: Words | None) -> Said:
    text = names.say(f"recording.{event.state}", by=by_name(event.by, names))
    if event.why:
        text = names.say("recording.why", sentence=text, why=names.recording_reason(event.why))
    return text, "plain"


@tells(e.RecordingStored)
def _(event: e.RecordingStored, names: Names, words: Words | None) -> Said:
    text = names.say("recording.stored", length=names.duration(event.duration_ms))
    if event.why in {"stopped", "leg_ended"}:
        return text, "plain"
    return names.say("recording.why", sentence=text, why=names.recording_reason(event.why)), "warn"
