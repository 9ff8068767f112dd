"""The story as the customer may hear it: what concerned them, without names of staff or words of the house."""

from __future__ import annotations

from rexian.engine import events as e
from rexian.engine.specs import Reason
from rexian.work.trace.model import Names, Words

UNTOLD: frozenset[type[e.Event]] = frozenset(
    (
        e.OfferProven, e.OfferRejected, e.OfferExpired, e.OfferWithdrawn, e.MessagesRead, e.NoteAdded,
        e.AfterContactWorkStarted, e.AfterContactWorkExtended, e.HandlingWrappedUp, e.DispositionAdded,
        e.ContactClosed, e.ContactsForgotten, e.QueueDefined, e.QueueRetired, e.AgentDefined, e.AgentRetired,
        e.AgentStateChanged, e.PolicyPublished, e.RuleSwitched, e.LendingChanged,
    )
)  # fmt: skip
"""Kinds of events that are none of the customer's business."""

_PREFERRED = frozenset(("last_agent", "named_agent"))


def customer_sentence(event: e.Event, names: Names, words: Words | None = None) -> str | None:
    """Say to the customer what happened, in `names.locale`; None when it isn't told."""
    match event:
        case e.ContactStarted():
            return names.say("customer.started")
        case e.CustomerIdentified():
            return names.say("customer.identified")
        case e.InteractionQueued():
            return _queued(event, names)
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
            talk, waited = names.duration(event.talk_ms), names.duration(event.waited_ms)
            return names.say(f"customer.ended.{event.outcome}_by_{event.by.kind}", talk=talk, waited=waited)
        case e.ContactRated():
            return names.say("customer.rated", score=event.score)
    return None


def _queued(event: e.InteractionQueued, names: Names) -> str:
    key = event.why if event.why in {"new", "transfer", "preference_timeout", "call_back"} else "again"
    parts = [names.say(f"customer.queued.{key}")]
    if event.emergency and event.why == "new":
        parts.append(names.say("customer.queued.emergency"))
    if event.target_agent_id and event.why == "new":
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
