"""The story as the customer may hear it: what concerned them, without names of staff or words of the house."""

from __future__ import annotations

from rexian.engine import events as e
from rexian.engine.specs import Reason
from rexian.work.trace.hearing import QUIET
from rexian.work.trace.model import Names, Words

UNTOLD: frozenset[type[e.Event]] = frozenset(
    (
        e.OfferProven, e.OfferRejected, e.OfferExpired, e.OfferWithdrawn, e.MessagesRead, e.NoteAdded,
        e.AfterContactWorkStarted, e.AfterContactWorkExtended, e.HandlingWrappedUp, e.DispositionAdded,
        e.ContactClosed, e.ContactsForgotten, e.QueueDefined, e.QueueRetired, e.AgentDefined, e.AgentRetired,
        e.AgentStateChanged, e.AgentReachChanged, e.PolicyPublished, e.RuleSwitched, e.LendingChanged,
        e.RecordingStored,
    )
)  # fmt: skip
"""Kinds of events that are none of the customer's business."""

SOMETIMES: frozenset[type[e.Event]] = frozenset(
    (e.ReceptionNoted, e.ParticipantJoined, e.ParticipantLeft, e.InteractionQueued, e.InteractionEnded)
)
"""Kinds of which some are told: what the customer chose, who talks with them, not what colleagues ask each other."""

_PREFERRED = frozenset(("last_agent", "named_agent"))


def customer_sentence(event: e.Event, names: Names, words: Words | None = None) -> str | None:
    """Say to the customer what happened, in `names.locale`; None when it isn't told."""
    match event:
        case e.ContactStarted():
            return names.say("customer.started")
        case e.CustomerIdentified():
            return names.say("customer.identified")
        case e.InteractionQueued():
            return None if event.why == "consult" else _queued(event, names)
        case e.InteractionWidened():
            return _joined(names, "widened", event.alternatives)
        case e.CallBackRequested():
            key = "call_back_booked" if event.due_at else "call_back_in_turn"
            return names.say(f"customer.{key}", time=names.moment(event.due_at))
        case e.SelfServed():
            return names.say(f"customer.self_served.{event.path}")
        case e.InteractionOffered():
            return names.say(f"customer.offered{_preferred(event.reason)}")
        case e.OfferAccepted():
            key = "accepted" if event.waited_ms >= 1000 else "accepted_at_once"
            return names.say(f"customer.{key}", waited=names.duration(event.waited_ms))
        case e.MessagePosted():
            return _message(event, names, words)
        case e.CustomerAway():
            return names.say("customer.away", until=names.clock(event.due_at))
        case e.CustomerReturned():
            return names.say("customer.returned")
        case e.InteractionTransferred():
            return names.say("customer.transferred")
        case e.InteractionEnded():
            if event.outcome == "consult":
                return None
            if not event.queue_id:
                return names.say("customer.left_reception")
            talk, waited = names.duration(event.talk_ms), names.duration(event.waited_ms)
            return names.say(f"customer.ended.{event.outcome}_by_{event.by.kind}", talk=talk, waited=waited)
        case e.ContactRated():
            return names.say("customer.rated", score=event.score)
    return _call(event, names)


def _call(event: e.Event, names: Names) -> str | None:
    match event:
        case e.InteractionReceived():
            return names.say("customer.received") if event.medium == "voice" else names.say("customer.received_other")
        case e.ReceptionNoted() if event.kind == "choice":
            return names.say("customer.choice", value=names.choice(event.value))
        case e.InteractionHeld():
            return names.say("customer.held")
        case e.InteractionResumed():
            return names.say("customer.resumed", held=names.duration(event.held_ms))
        case e.ConsultPromoted():
            return names.say("customer.promoted")
        case e.InteractionTakenOver():
            return names.say("customer.taken_over")
        case e.ParticipantJoined() if event.role not in QUIET:
            return names.say(f"customer.joined.{event.role}")
        case e.ParticipantLeft() if event.role not in QUIET:
            return names.say(f"customer.left.{event.role}")
        case e.RecordingChanged():
            return names.say(f"customer.recording.{'refused' if event.why == 'refused' else event.state}")
    return None


def _queued(event: e.InteractionQueued, names: Names) -> str:
    comes = event.why in {"new", "reception"}
    key = event.why if event.why in {"transfer", "preference_timeout", "call_back"} else "new" if comes else "again"
    parts = [names.say(f"customer.queued.{key}")]
    if event.emergency and comes:
        parts.append(names.say("customer.queued.emergency"))
    if event.target_agent_id and comes:
        kind = "named_agent" if event.target_kind == "named_agent" else "last_agent"
        parts.append(names.say(f"customer.queued.prefers_{kind}"))
    if event.expected:
        low, high = map(names.duration, event.expected)
        parts.append(names.say("customer.queued.expected", low=low, high=high))
    return names.say("offered.joiner").join(parts)


def _joined(names: Names, key: str, alternatives: tuple[str, ...]) -> str:
    parts = [names.say(f"customer.{key}")]
    if alternatives:
        parts.append(names.say("customer.may", offered=names.alternatives(alternatives)))
    return names.say("offered.joiner").join(parts)


def _preferred(reason: Reason) -> str:
    return f"_{reason.rule}" if reason.rule in _PREFERRED else ""


def _message(event: e.MessagePosted, names: Names, words: Words | None) -> str:
    kind = event.author.kind
    if event.kind == "file":
        known = words is not None and words.file_name
        file = names.say("file", name=words.file_name) if words and known else names.say("erased")
        return names.say(f"customer.file.{kind}", file=file)
    return names.say(f"customer.message.{kind}", text=names.quote(words))
