"""Asking a colleague while the customer stays, and handing the customer over to them."""

from __future__ import annotations

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.specs import Party, Policy, QueuePolicy
from tests.engine.call_play import CallPlay
from tests.engine.play import CUSTOMER, names, only

LI = Party("agent", "李")


@pytest.fixture
def p() -> CallPlay:
    """李 talks in contact 1; 专家 is free for the queue of experts."""
    play = CallPlay()
    play.queue()
    play.queue("experts", needs={"expert": 1})
    play.agent("李")
    play.talk("1", "李")
    play.agent("专家", {"expert": 1})
    return play


# -- asking ----------------------------------------------------------------------------------------------------------
def test_it_is_a_second_interaction_of_the_contact_offered_like_any_other(p: CallPlay) -> None:
    p.after(5_000)
    events = p.consult("1", queue="experts")
    assert names(events) == ["InteractionQueued", "InteractionOffered"]
    queued = only(events, ev.InteractionQueued)
    assert (queued.why, queued.consult_of, queued.consult_by, queued.contact_id) == ("consult", "1", "李", "c-1")
    assert queued.since == p.now, "its own wait counts from now"
    p.accept("1-consult")
    talking = p.i("1-consult")
    assert (talking.state, talking.agent_id, talking.is_consult) == ("talking", "专家", True)
    assert p.i("1").state == "talking", "and the customer is not held unless the agent holds them"


def test_it_comes_before_all_who_wait_there_but_emergencies(p: CallPlay) -> None:
    p.pause("专家")
    p.start("2", "experts", medium="voice", credit_ms=10**12)
    p.start("3", "experts", medium="voice", emergency=True)
    p.after(3_600_000)
    p.consult("1", queue="experts")
    assert [i.id for i in p.floor.waiting("experts")] == ["3", "1-consult", "2"]


def test_neither_a_full_queue_nor_a_long_wait_turns_it_away(p: CallPlay) -> None:
    p.queue("full", max_waiting=1, needs={"nobody": 1})
    p.start("2", "full", medium="voice")
    p.consult("1", queue="full")
    assert p.floor.position("1-consult") == (1, 2)


def test_it_never_rings_at_the_agent_who_asks(p: CallPlay) -> None:
    p.agent("李", capacity={"voice": 2})
    p.consult("1", queue="q")
    assert p.rings_at("1-consult") == "专家"
    p.reject("1-consult")
    assert p.rings_at("1-consult") is None
    for _ in range(3):
        p.pause("李")
        p.ready("李")
    assert p.rings_at("1-consult") is None
    assert p.floor.hindrance("1-consult", "李") == "declined"
    assert (p.floor.next_due() or 0) < p.now + 10**9
    assert only(p.after(10_000), ev.InteractionOffered).agent_id == "专家", "asked again when nobody else is left"


def test_a_person_may_be_asked_even_without_the_skill_and_waited_for(p: CallPlay) -> None:
    p.agent("王", {"other": 1})
    assert only(p.consult("1", agent="王"), ev.InteractionOffered).reason.rule == "consult"
    p.reject("1-consult")
    assert (p.rings_at("1-consult"), p.i("1-consult").queue_id) == ("专家", "q"), "then the queue, like any"


def test_a_busy_person_is_waited_for_and_then_the_queue_is_asked(p: CallPlay) -> None:
    p.talk("2", "专家")
    p.consult("1", agent="专家")
    p.agent("张")
    assert p.rings_at("1-consult") is None
    events = p.after(60_000)
    queued = [e for e in events if isinstance(e, ev.InteractionQueued) and e.interaction_id == "1-consult"]
    assert [(e.why, e.consult_of) for e in queued] == [("transfer_timeout", "1")]
    assert p.rings_at("1-consult") == "张"


def test_nobody_answers_and_the_agent_gives_up(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    events = p.after(2_000)
    assert names(events)[:2] == ["OfferExpired", "InteractionQueued"]
    ended = only(p.end("1-consult", LI), ev.InteractionEnded)
    assert (ended.outcome, ended.agent_id, ended.talk_ms, ended.queue_id) == ("consult", None, 0, "experts")
    assert p.i("1").state == "talking", "the customer notices nothing"
    assert names(p.end("1-consult", LI)) == []


def test_a_ringing_colleague_is_spared_when_the_agent_gives_up(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    assert names(p.end("1-consult", LI)) == ["OfferWithdrawn", "InteractionEnded"]
    assert p.a("专家").offers == []


def test_wrong_targets_and_wrong_people_are_refused(p: CallPlay) -> None:
    p.agent("王", ready=False)
    for target in ({"queue": "?"}, {"agent": "?"}, {"agent": "李"}, {}, {"queue": "q", "agent": "专家"}):
        assert p.refused(p.consult_command("1", **target)) == "transfer_target_invalid"
    assert p.refused(p.consult_command("1", agent="王")) == "agent_not_ready"
    foreign = cmd.Consult(interaction_id="1", agent_id="专家", consult_id="x", to_queue_id="q")
    assert p.refused(foreign) == "not_your_interaction"


def test_a_repeat_changes_nothing_other_content_is_refused_and_one_at_a_time(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    assert p.consult("1", queue="experts") == []
    assert p.refused(p.consult_command("1", queue="q")) == "id_in_use"
    second = cmd.Consult(interaction_id="1", agent_id="李", consult_id="other", to_queue_id="q")
    assert p.refused(second) == "consult_open"
    p.end("1-consult", LI)
    assert names(p.do(second))[0] == "InteractionQueued"
    assert p.refused(cmd.Consult(interaction_id="1", agent_id="李", consult_id="1", to_queue_id="q")) == "id_in_use"


def test_a_consultation_is_not_the_customers_nor_a_contact_of_its_own(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    p.accept("1-consult")
    nested = cmd.Consult(interaction_id="1-consult", agent_id="专家", consult_id="x", to_queue_id="q")
    refused = [
        nested,
        cmd.SetHold(interaction_id="1-consult", agent_id="专家", on=True),
        cmd.TransferInteraction(interaction_id="1-consult", agent_id="专家", to_queue_id="q"),
        cmd.TakeOver(interaction_id="1-consult", agent_id="李"),
        cmd.AddExternal(interaction_id="1-consult", agent_id="专家", participant_id="x"),
        cmd.SetRecording(interaction_id="1-consult", by=LI, state="on"),
        cmd.EndInteraction(interaction_id="1-consult", by=CUSTOMER),
    ]
    codes = [p.refused(command) for command in refused]
    assert codes == ["is_consult"] * 5 + ["not_your_interaction", "is_consult"]
    assert p.do(cmd.SetCustomerPresence(interaction_id="1-consult", present=False)) == []
    p.end("1-consult", LI)
    assert p.refused(cmd.RateContact(contact_id="c-1", interaction_id="1-consult", score=5)) == "not_rateable"


def test_a_waiting_one_is_called_back_by_nobody(p: CallPlay) -> None:
    p.pause("专家")
    p.consult("1", queue="experts")
    assert p.refused(cmd.RequestCallBack(interaction_id="1-consult")) == "is_consult"


# -- it ends without a transfer --------------------------------------------------------------------------------------
@pytest.mark.parametrize("by", ["李", "专家"])
def test_either_agent_ends_it_and_the_colleague_has_no_after_contact_work(p: CallPlay, by: str) -> None:
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.after(8_000)
    events = p.end("1-consult", Party("agent", by))
    assert names(events) == ["InteractionEnded", "HandlingWrappedUp"]
    ended = only(events, ev.InteractionEnded)
    assert (ended.outcome, ended.agent_id, ended.talk_ms) == ("consult", "专家", 8_000)
    assert (p.a("专家").engaged, p.i("1").state) == (0, "talking")


def test_when_the_customer_hangs_up_it_is_over(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.hold("1")
    events = p.end("1", CUSTOMER)
    assert names(events) == ["InteractionEnded", "HandlingWrappedUp", "InteractionEnded", "AfterContactWorkStarted"]
    consult, primary = (e for e in events if isinstance(e, ev.InteractionEnded))
    assert (consult.interaction_id, consult.reason, consult.outcome, consult.by) == (
        "1-consult", "consult_over", "consult", CUSTOMER,
    )  # fmt: skip
    assert (primary.reason, primary.outcome) == ("ended", "handled")


def test_when_the_customer_hangs_up_while_it_rings_it_stops_ringing(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    events = p.end("1", CUSTOMER)
    assert names(events)[:2] == ["OfferWithdrawn", "InteractionEnded"]
    assert only(events, ev.OfferWithdrawn).why == "customer_left"


def test_a_blind_transfer_ends_it(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    p.agent("张")
    events = p.transfer("1", agent="张")
    assert names(events)[:3] == ["OfferWithdrawn", "InteractionEnded", "InteractionTransferred"]


def test_when_the_agent_who_asks_is_taken_off_the_floor_it_is_over_and_the_customer_waits(p: CallPlay) -> None:
    p.hold("1")
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.do(cmd.RetireAgent(agent_id="李"))
    assert (p.i("1-consult").state, p.rings_at("1"), p.i("1").held_at) == ("ended", "专家", 0)


def test_when_the_colleague_is_taken_off_the_floor_it_looks_for_another(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    p.accept("1-consult")
    events = p.do(cmd.RetireAgent(agent_id="专家"))
    assert only(events, ev.InteractionQueued).consult_of == "1"
    assert p.refused(p.complete_command("1")) == "consult_not_talking"
    p.agent("李", {"expert": 1}, capacity={"voice": 2})
    assert p.rings_at("1-consult") is None, "still not the one who asks"
    p.agent("另一位", {"expert": 1})
    assert p.rings_at("1-consult") == "另一位"


def test_the_contact_stays_open_until_all_of_it_is_over(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.end("1-consult", LI)
    p.end("1")
    assert names(p.wrap("1")) == ["HandlingWrappedUp", "ContactClosed"]


# -- completing ------------------------------------------------------------------------------------------------------
def completed(p: CallPlay) -> list[ev.AnyEvent]:
    p.hold("1")
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.after(6_000)
    return p.complete("1")


def test_the_customer_stays_with_the_colleague_and_is_held_no_longer(p: CallPlay) -> None:
    p.after(10_000)
    events = completed(p)
    assert names(events) == ["ConsultPromoted", "InteractionEnded", "AfterContactWorkStarted"]
    ended = only(events, ev.InteractionEnded)
    assert (ended.interaction_id, ended.reason, ended.outcome, ended.by) == ("1", "transferred", "handled", LI)
    assert (ended.talk_ms, ended.hold_ms) == (16_000, 6_000)
    main = p.i("1-consult")
    assert (main.promoted, main.is_consult, main.held_at, main.state) == (True, False, 0, "talking")
    assert (p.i("1").state, p.i("1").agent_id) == ("after_contact_work", "李")


def test_from_then_on_it_is_the_contacts_main_interaction(p: CallPlay) -> None:
    completed(p)
    p.wrap("1")
    p.hold("1-consult")
    p.after(1_000)
    ended = only(p.end("1-consult", CUSTOMER), ev.InteractionEnded)
    assert (ended.outcome, ended.hold_ms) == ("handled", 1_000)
    assert p.i("1-consult").state == "after_contact_work", "now there is something to write up"
    assert names(p.wrap("1-consult"))[-1] == "ContactClosed"
    assert p.refused(cmd.RateContact(contact_id="c-1", interaction_id="1", score=5)) == "not_rateable"
    rated = p.do(cmd.RateContact(contact_id="c-1", interaction_id="1-consult", score=5))
    assert names(rated) == ["ContactRated"]


def test_presence_recording_and_age_go_over_with_the_customer(p: CallPlay) -> None:
    since = p.i("1").since
    p.recording("1", "paused", "card", LI)
    p.after(1_000)
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.do(cmd.SetCustomerPresence(interaction_id="1", present=False))
    p.complete("1")
    main = p.i("1-consult")
    assert (main.recording, p.i("1").recording) == ("paused", "off")
    assert (main.since, main.credit_ms) == (since, 0), "no longer before all who wait, if it ever waits again"
    assert p.do(cmd.SetCustomerPresence(interaction_id="1-consult", present=True)) != []
    p.do(cmd.SetCustomerPresence(interaction_id="1-consult", present=False))
    gone = [e for e in p.after(900_000) if isinstance(e, ev.InteractionEnded)]
    assert [(e.interaction_id, e.reason) for e in gone] == [("1-consult", "customer_left")]


def test_who_listened_to_the_first_agent_leaves(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.join("1", "王")
    assert names(p.complete("1"))[:2] == ["ConsultPromoted", "ParticipantLeft"]


def test_a_repeat_changes_nothing_and_it_can_be_transferred_on(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    p.accept("1-consult")
    command = p.complete_command("1")
    p.do(command)
    assert p.do(command) == []
    p.wrap("1")
    p.transfer("1-consult", agent="李")
    assert p.rings_at("1-consult") == "李", "who asked may have it now"


def test_only_the_one_who_asked_and_only_when_the_colleague_talks(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    assert p.refused(p.complete_command("1")) == "consult_not_talking"
    p.accept("1-consult")
    foreign = cmd.CompleteTransfer(interaction_id="1", agent_id="专家", consult_id="1-consult")
    assert p.refused(foreign) == "not_your_interaction"
    assert p.refused(cmd.CompleteTransfer(interaction_id="1", agent_id="李", consult_id="1")) == "not_its_consult"
    p.end("1-consult", LI)
    assert p.refused(p.complete_command("1")) == "consult_not_talking"


# -- with others -----------------------------------------------------------------------------------------------------
def test_when_a_supervisor_takes_over_the_consultation_is_theirs(p: CallPlay) -> None:
    p.agent("王", ready=False)
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.take_over("1", "王")
    assert p.i("1-consult").consult_by == "王"
    assert p.refused(cmd.EndInteraction(interaction_id="1-consult", by=LI)) == "not_your_interaction"
    p.complete("1")
    assert (p.i("1").agent_id, p.i("1").state) == ("王", "after_contact_work")


def test_when_the_one_who_is_asked_takes_over_there_is_nothing_left_to_ask(p: CallPlay) -> None:
    p.consult("1", queue="experts")
    events = p.take_over("1", "专家")
    assert names(events)[:3] == ["OfferWithdrawn", "InteractionEnded", "InteractionTakenOver"]
    assert (p.i("1").agent_id, p.a("专家").offers) == ("专家", [])


def test_the_former_agent_may_be_asked_after_a_take_over(p: CallPlay) -> None:
    p.agent("王", ready=False)
    p.pause("专家")
    p.agent("李", {"expert": 1})
    p.consult("1", queue="experts")
    assert p.rings_at("1-consult") is None
    p.take_over("1", "王")
    assert p.rings_at("1-consult") == "李"


def test_an_emergency_that_interrupts_breaks_no_consultation(p: CallPlay) -> None:
    policies = {queue: QueuePolicy(interruptible=True) for queue in ("q", "experts")}
    p.do(cmd.PublishPolicy(policy=Policy(tenant_id="云杉", version=1, queues=policies)))
    p.consult("1", queue="experts")
    p.accept("1-consult")
    p.start("2", "experts", medium="voice", emergency=True)
    assert p.ringing("2").agent_id == "专家"
    p.accept("2")
    assert (p.i("1").state, p.i("1-consult").state) == ("talking", "talking")
    assert names(p.complete("1"))[0] == "ConsultPromoted"


def test_a_consultation_carries_the_urgency_and_the_needs_of_the_customer(p: CallPlay) -> None:
    p.end("1")
    p.wrap("1")
    p.agent("李", {"lang:en": 1})
    p.start("2", medium="voice", needs={"lang:en": 1}, attributes={"region": "north"}, emergency=True)
    p.accept("2")
    queued = only(p.consult("2", queue="experts"), ev.InteractionQueued)
    assert (queued.needs, queued.attributes, queued.emergency) == ({"lang:en": 1}, {"region": "north"}, True)
