"""One sentence per kind of event. A test walks all kinds, so a new event can't be forgotten here."""

from __future__ import annotations

from rexian.engine import events as e
from rexian.engine.handlers.consults import CREDIT_MS as CONSULT
from rexian.engine.specs import STRATEGIES, Passed, Reason
from rexian.work.trace import calls as calls  # its sentences are in the same book
from rexian.work.trace.model import Names, Tone, Words
from rexian.work.trace.telling import SENTENCES, Said, by_name, coded, tells, with_words

EMERGENCY = 10**13  # the engine's head start of an emergency, ms
LEAST_HOLD_MS = 1_000
ARRIVING = frozenset(("new", "transfer", "reception"))  # it comes to a queue, for no mishap


def sentence(event: e.Event, names: Names, words: Words | None = None) -> Said:
    """Say what happened to staff, in `names.locale`. `words` are what was written with the event, if anything was."""
    tell = SENTENCES.get(type(event))
    if tell is None:
        return names.say("unknown_event", kind=type(event).__name__), "plain"
    return tell(event, names, words)


def told_kinds() -> frozenset[type[e.Event]]:
    """The kinds of events that have a sentence of their own."""
    return frozenset(SENTENCES)


# -- the contact comes and waits -------------------------------------------------------------------------------------
@tells(e.ContactStarted)
def _(event: e.ContactStarted, names: Names, words: Words | None) -> Said:
    key = "contact_started_simulated" if event.simulated else "contact_started"
    return names.say(key, customer=names.customer(event.customer_id)), "plain"


@tells(e.CustomerIdentified)
def _(event: e.CustomerIdentified, names: Names, words: Words | None) -> Said:
    return names.say("customer_identified", customer=names.customer(event.customer_id)), "plain"


@tells(e.InteractionQueued)
def _(event: e.InteractionQueued, names: Names, words: Words | None) -> Said:
    if event.why == "consult":
        return calls.consulted(event, names, words), "plain"
    parts = [coded(names, "queued", event.why, "other", queue=names.queue(event.queue_id), why=event.why)]
    needs = names.needs(event.needs)
    if needs and event.why in ARRIVING:
        parts.append(names.say("queued.needs", needs=needs))
    if 0 < event.credit_ms < CONSULT:
        parts.append(names.say("queued.credit", credit=names.duration(event.credit_ms)))
    if event.emergency:
        parts.append(names.say("queued.emergency"))
    if event.why in {"new", "reception"}:
        parts += _told(event, names)
    tone: Tone = "plain" if event.why in ARRIVING else "warn"
    return names.say("offered.joiner").join(parts), tone


def _told(event: e.InteractionQueued, names: Names) -> list[str]:
    """What else is known of a contact that comes: whom it prefers, what the customer was told, what rules look at."""
    parts = []
    if event.target_agent_id:
        kind = event.target_kind or "last_agent"
        target, until = names.agent(event.target_agent_id), names.clock(event.target_due_at)
        parts.append(coded(names, "queued.prefers", kind, "last_agent", agent=target, until=until))
    if event.expected:
        low, high = map(names.duration, event.expected)
        parts.append(names.say("queued.expected", low=low, high=high))
    if event.attributes and names.reader == "supervisor":
        known = names.say("list_separator").join(
            names.say("queued.attribute", name=names.attribute(name), value=value)
            for name, value in sorted(event.attributes.items())
        )
        parts.append(names.say("queued.attributes", known=known))
    return parts


@tells(e.InteractionWidened)
def _(event: e.InteractionWidened, names: Names, words: Words | None) -> Said:
    parts = [coded(names, "widened", event.kind, "other", step=event.step, kind=event.kind)]
    if event.alternatives:
        parts.append(names.say("widened_offers", offered=names.alternatives(event.alternatives)))
    return names.say("offered.joiner").join(parts), "plain"


@tells(e.CallBackRequested)
def _(event: e.CallBackRequested, names: Names, words: Words | None) -> Said:
    key = "call_back_booked" if event.due_at else "call_back_in_turn"
    return names.say(key, time=names.moment(event.due_at)), "plain"


@tells(e.SelfServed)
def _(event: e.SelfServed, names: Names, words: Words | None) -> Said:
    customer, took = names.customer(event.customer_id), names.duration(event.took_ms)
    return coded(names, "self_served", event.path, "self_service", customer=customer, took=took), "good"


@tells(e.CustomerAway)
def _(event: e.CustomerAway, names: Names, words: Words | None) -> Said:
    return names.say("away", until=names.clock(event.due_at)), "warn"


@tells(e.CustomerReturned)
def _(event: e.CustomerReturned, names: Names, words: Words | None) -> Said:
    return names.say("returned"), "plain"


# -- the offer -------------------------------------------------------------------------------------------------------
@tells(e.InteractionOffered)
def _(event: e.InteractionOffered, names: Names, words: Words | None) -> Said:
    why = names.say("offered.joiner").join(_why(event.reason, names))
    return names.say("offered", agent=names.agent(event.agent_id), why=why), "plain"


_BY_STRATEGY = frozenset(STRATEGIES)


def _why(reason: Reason, names: Names) -> list[str]:
    """The reasons for an offer, the strongest first. How it compared with others is the supervisor's to read."""
    rule = reason.rule
    if rule in _BY_STRATEGY and reason.runner_up is not None:
        # The strategy decides among equals only: before it come major skills, then fewer contacts in hand.
        major = "longest_idle_major" if rule == "longest_idle" else "major_first"
        rule = {"minor_skill": major, "busier": "least_busy"}.get(reason.runner_up.why, rule)
    parts = [coded(names, "offered", rule, "other_rule", idle=names.duration(reason.idle_ms), rule=rule)]
    needs = names.needs(reason.needs)
    if needs:
        parts.append(names.say("offered.needs", needs=needs))
    if reason.step:
        parts.append(names.say("offered.step", step=reason.step))
    whole = names.reader == "supervisor"
    parts += _compared(reason, names) if whole else []
    if reason.waited_ms >= 1000:
        parts.append(names.say("offered.waited", waited=names.duration(reason.waited_ms)))
    if reason.attempt > 1:
        parts.append(names.say("offered.attempt", attempt=reason.attempt))
    return [*parts, *(_ranked(reason, names) if whole else [])]


def _compared(reason: Reason, names: Names) -> list[str]:
    """Who else there was, and who was free but must not be asked."""
    parts = []
    if reason.candidates > 1:
        parts.append(names.say("offered.candidates", count=reason.candidates))
    if reason.runner_up is not None:
        parts.append(_runner_up(reason.runner_up, names))
    if reason.blocked:
        causes = [
            coded(names, "blocked", cause, "other", count=count, cause=cause)
            for cause, count in sorted(reason.blocked.items())
        ]
        parts.append(names.say("offered.blocked", causes=names.say("list_separator").join(causes)))
    return parts


def _ranked(reason: Reason, names: Names) -> list[str]:
    """Where the contact stood among those who waited, and by which version of the policy."""
    parts = []
    if reason.next_up is not None:
        parts.append(names.say("offered.next_up", id=reason.next_up[-8:]))
    if reason.score:
        emergency, rest = divmod(reason.score, EMERGENCY)
        consult, score = divmod(rest, CONSULT)
        key = "score_emergency" if emergency else "score_consult" if consult else "score"
        parts.append(names.say(f"offered.{key}", score=score))
    if reason.policy:
        parts.append(names.say("offered.policy", version=reason.policy))
    return parts


def _runner_up(passed: Passed, names: Names) -> str:
    why = coded(names, "passed", passed.why, "other", why=passed.why)
    return names.say("offered.runner_up", agent=names.agent(passed.agent_id), why=why)


@tells(e.OfferProven)
def _(event: e.OfferProven, names: Names, words: Words | None) -> Said:
    return names.say("proven", agent=names.agent(event.agent_id)), "plain"


@tells(e.OfferAccepted)
def _(event: e.OfferAccepted, names: Names, words: Words | None) -> Said:
    key = "accepted" if event.waited_ms >= 1000 else "accepted_at_once"
    return names.say(key, agent=names.agent(event.agent_id), waited=names.duration(event.waited_ms)), "good"


@tells(e.OfferRejected)
def _(event: e.OfferRejected, names: Names, words: Words | None) -> Said:
    key = "rejected_reason" if event.reason else "rejected"
    return names.say(key, agent=names.agent(event.agent_id), reason=names.reason(event.reason)), "warn"


@tells(e.OfferExpired)
def _(event: e.OfferExpired, names: Names, words: Words | None) -> Said:
    return coded(names, "expired", event.why, "no_answer", agent=names.agent(event.agent_id)), "warn"


@tells(e.OfferWithdrawn)
def _(event: e.OfferWithdrawn, names: Names, words: Words | None) -> Said:
    agent = names.agent(event.agent_id)
    return coded(names, "withdrawn", event.why, "other", agent=agent, why=event.why), "warn"


# -- they talk -------------------------------------------------------------------------------------------------------
@tells(e.MessagePosted)
def _(event: e.MessagePosted, names: Names, words: Words | None) -> Said:
    author = by_name(event.author, names)
    if event.kind == "file":
        name = words.file_name if words and words.file_name else ""
        file = names.say("file", name=name) if name else names.say("erased")
        return names.say(f"message_file.{event.author.kind}", author=author, file=file), "plain"
    return names.say(f"message.{event.author.kind}", author=author, text=names.quote(words)), "plain"


@tells(e.MessagesRead)
def _(event: e.MessagesRead, names: Names, words: Words | None) -> Said:
    reader = by_name(event.reader, names)
    return names.say(f"read.{event.reader.kind}", reader=reader, number=event.number), "plain"


@tells(e.NoteAdded)
def _(event: e.NoteAdded, names: Names, words: Words | None) -> Said:
    return names.say("note", author=by_name(event.author, names), text=names.quote(words)), "plain"


@tells(e.InteractionTransferred)
def _(event: e.InteractionTransferred, names: Names, words: Words | None) -> Said:
    agent = names.agent(event.agent_id)
    if event.to_agent_id:
        text = names.say("transferred.agent", agent=agent, target=names.agent(event.to_agent_id))
    else:
        text = names.say("transferred.queue", agent=agent, queue=names.queue(event.to_queue_id))
    return with_words(text, words, names), "plain"


# -- it ends ---------------------------------------------------------------------------------------------------------
@tells(e.InteractionEnded)
def _(event: e.InteractionEnded, names: Names, words: Words | None) -> Said:
    if event.outcome == "consult":
        return calls.consult_ended(event, names), "plain"
    if not event.queue_id:
        return calls.reception_ended(event, names)
    handed_over = event.outcome == "handled" and event.reason == "transferred"
    text = names.say(
        "ended.transferred" if handed_over else f"ended.{event.outcome}_by_{event.by.kind}",
        agent=names.agent(event.by.id if event.by.kind == "agent" else event.agent_id),
        reason=names.reason(event.reason),
        talk=names.duration(event.talk_ms),
        waited=names.duration(event.waited_ms),
    )
    if event.hold_ms >= LEAST_HOLD_MS:
        text = names.say("ended.with_hold", sentence=text, hold=names.duration(event.hold_ms))
    return text, "plain" if event.outcome == "handled" else "bad"


@tells(e.AfterContactWorkStarted)
def _(event: e.AfterContactWorkStarted, names: Names, words: Words | None) -> Said:
    return names.say("acw_started", agent=names.agent(event.agent_id), until=names.clock(event.due_at)), "plain"


@tells(e.AfterContactWorkExtended)
def _(event: e.AfterContactWorkExtended, names: Names, words: Words | None) -> Said:
    return names.say("acw_extended", agent=names.agent(event.agent_id), until=names.clock(event.due_at)), "plain"


@tells(e.HandlingWrappedUp)
def _(event: e.HandlingWrappedUp, names: Names, words: Words | None) -> Said:
    agent = names.agent(event.agent_id)
    if event.by_timer:
        return names.say("wrapped_up_by_timer", agent=agent), "warn"
    disposition = names.dispositions.get(event.disposition, event.disposition)
    key = "wrapped_up" if disposition else "wrapped_up_plain"
    text = names.say(key, agent=agent, disposition=disposition, acw=names.duration(event.acw_ms))
    return with_words(text, words, names), "plain"


@tells(e.DispositionAdded)
def _(event: e.DispositionAdded, names: Names, words: Words | None) -> Said:
    disposition = names.dispositions.get(event.disposition, event.disposition)
    return names.say("disposition_added", agent=names.agent(event.agent_id), disposition=disposition), "plain"


@tells(e.ContactRated)
def _(event: e.ContactRated, names: Names, words: Words | None) -> Said:
    word = names.say(f"score.{event.score}") if 1 <= event.score <= 5 else str(event.score)
    tone: Tone = "bad" if event.score <= 2 else "good" if event.score >= 4 else "plain"
    if words is not None and words.text:
        return names.say("rated_comment", score=event.score, word=word, text=names.quote(words)), tone
    return names.say("rated", score=event.score, word=word), tone


@tells(e.ContactClosed)
def _(event: e.ContactClosed, names: Names, words: Words | None) -> Said:
    return names.say("contact_closed"), "plain"


@tells(e.ContactsForgotten)
def _(event: e.ContactsForgotten, names: Names, words: Words | None) -> Said:
    return names.say("contacts_forgotten", count=len(event.contact_ids)), "plain"


# -- the floor itself: not in a contact's journal, but in an agent's or a queue's ------------------------------------
@tells(e.QueueDefined)
def _(event: e.QueueDefined, names: Names, words: Words | None) -> Said:
    return names.say("queue_defined", queue=names.queue(event.queue.id)), "plain"


@tells(e.QueueRetired)
def _(event: e.QueueRetired, names: Names, words: Words | None) -> Said:
    return names.say("queue_retired", queue=names.queue(event.queue_id)), "plain"


@tells(e.AgentDefined)
def _(event: e.AgentDefined, names: Names, words: Words | None) -> Said:
    return names.say("agent_defined", agent=names.agent(event.agent.id)), "plain"


@tells(e.AgentRetired)
def _(event: e.AgentRetired, names: Names, words: Words | None) -> Said:
    return names.say("agent_retired", agent=names.agent(event.agent_id)), "plain"


@tells(e.AgentStateChanged)
def _(event: e.AgentStateChanged, names: Names, words: Words | None) -> Said:
    key = f"agent_state.{event.state}"
    if event.by_system:
        key += "_by_system"
    elif event.reason and event.state == "not_ready":
        key += "_reason"
    return names.say(key, agent=names.agent(event.agent_id), reason=names.reason(event.reason)), "plain"


@tells(e.AgentReachChanged)
def _(event: e.AgentReachChanged, names: Names, words: Words | None) -> Said:
    key = f"agent_reach.{'on' if event.on else 'off'}"
    return names.say(key, agent=names.agent(event.agent_id), medium=names.say(f"medium.{event.medium}")), "plain"


@tells(e.PolicyPublished)
def _(event: e.PolicyPublished, names: Names, words: Words | None) -> Said:
    parts = [names.say("policy_published", version=event.policy.version)]
    if event.active:
        rules = names.say("list_separator").join(map(names.rule, event.active))
        parts.append(names.say("policy_active", rules=rules))
    return names.say("offered.joiner").join(parts), "plain"


@tells(e.RuleSwitched)
def _(event: e.RuleSwitched, names: Names, words: Words | None) -> Said:
    key = f"rule_{'on' if event.on else 'off'}{'_by_timer' if event.by_timer else ''}"
    return names.say(key, rule=names.rule(event.rule_id)), "warn" if event.on else "plain"


@tells(e.LendingChanged)
def _(event: e.LendingChanged, names: Names, words: Words | None) -> Said:
    key = "lending_on" if event.on else "lending_off"
    queue, waited = names.queue(event.queue_id), names.duration(event.waited_ms)
    return names.say(key, queue=queue, waiting=event.waiting, waited=waited), "warn" if event.on else "plain"
