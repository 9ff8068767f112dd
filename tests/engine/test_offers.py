"""What may become of an offer."""

from __future__ import annotations

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.floor import Floor
from tests.engine.play import Play, names, only


@pytest.fixture
def p() -> Play:
    """Two agents, 李 idle for longer than 王; each takes one chat."""
    play = Play()
    play.queue()
    play.agent("李")
    play.after(10)
    play.agent("王")
    play.after(10)
    return play


def test_an_accepted_offer_is_a_talk(p: Play) -> None:
    p.start("1")
    p.after(1_500)
    accepted = only(p.accept("1"), ev.OfferAccepted)
    assert (accepted.agent_id, accepted.waited_ms) == ("李", 1_500)
    assert p.i("1").state == "talking"
    assert p.floor.offer("1.1") is None
    assert p.floor.next_due() is None


def test_without_proof_the_next_agent_rings_at_once(p: Play) -> None:
    """A frozen page is not a slow person."""
    p.start("1")
    assert p.floor.next_due() == p.now + 2_000
    events = p.after(2_000)
    assert names(events) == ["OfferExpired", "InteractionQueued", "AgentStateChanged", "InteractionOffered"]
    assert (only(events, ev.OfferExpired).why, p.rings_at("1")) == ("no_proof", "王")
    assert (p.a("李").state, p.a("李").reason, p.a("李").by_system) == ("not_ready", "unresponsive", True)
    assert p.i("1").since == p.now - 2_000


def test_with_proof_it_rings_on_until_the_ring_time_is_over(p: Play) -> None:
    p.start("1")
    p.prove("1")
    assert p.after(19_999) == []
    assert only(p.after(1), ev.OfferExpired).why == "no_answer"
    assert p.rings_at("1") == "王"
    assert p.a("李").reason == "no_answer"


def test_not_ready_only_after_so_many_unanswered_in_a_row() -> None:
    p = Play()
    p.queue()
    p.agent("李", no_answer_limit=2)
    for n in range(3):
        p.start(f"{n}")
        p.prove(f"{n}")
        if n == 1:
            p.accept("1")
            p.end("1")
            p.wrap("1")
        else:
            p.after(20_000)
            p.end(f"{n}")
    assert p.a("李").state == "available"
    p.start("4")
    p.prove("4")
    p.after(20_000)
    assert (p.a("李").state, p.a("李").reason) == ("not_ready", "no_answer")


def test_a_limit_of_nought_never_makes_not_ready_and_others_ring_first() -> None:
    p = Play()
    p.queue()
    p.agent("李", no_answer_limit=0)
    p.agent("王", no_answer_limit=0)
    p.start("1")
    p.prove("1")
    p.after(20_000)
    assert (p.a("李").state, p.rings_at("1")) == ("available", "王")
    p.start("2")
    assert p.rings_at("2") == "李"


def test_a_rejected_contact_goes_to_somebody_else(p: Play) -> None:
    p.start("1")
    events = p.reject("1")
    assert names(events) == ["OfferRejected", "InteractionQueued", "InteractionOffered"]
    assert (p.rings_at("1"), p.ringing("1").id) == ("王", "1.2")
    assert p.a("李").state == "available"


def test_it_comes_back_to_the_rejecter_only_after_ten_seconds() -> None:
    p = Play()
    p.queue()
    p.agent("李")
    p.start("1")
    p.reject("1")
    assert p.rings_at("1") is None
    assert p.after(9_999) == []
    assert only(p.after(1), ev.InteractionOffered).agent_id == "李"


def test_or_when_the_rejecter_says_anew_that_they_are_available() -> None:
    p = Play()
    p.queue()
    p.agent("李")
    p.start("1")
    p.reject("1")
    p.pause("李")
    p.ready("李")
    assert p.rings_at("1") == "李"


def test_the_rejecter_gets_other_contacts_meanwhile_and_is_last_in_the_row(p: Play) -> None:
    p.start("1")
    p.after(5)
    p.reject("1")
    p.start("2")
    assert (p.rings_at("1"), p.rings_at("2")) == ("王", "李")


def test_those_who_never_declined_come_before_those_who_did(p: Play) -> None:
    p.start("1")
    p.reject("1")
    p.prove("1")
    p.after(15_000)  # 李's ten seconds are over, 王 still rings
    p.agent("张")
    p.reject("1")
    assert p.rings_at("1") == "张"


def test_not_ready_while_it_rings_withdraws_it(p: Play) -> None:
    p.start("1")
    events = p.pause("李", "lunch")
    assert names(events) == ["AgentStateChanged", "OfferWithdrawn", "InteractionQueued", "InteractionOffered"]
    assert (only(events, ev.OfferWithdrawn).why, p.rings_at("1")) == ("agent_not_ready", "王")


def test_a_customer_who_leaves_while_it_rings_stops_the_ringing_at_once(p: Play) -> None:
    """FAULTS 46."""
    p.start("1")
    p.after(700)
    events = p.end("1")
    assert names(events) == ["OfferWithdrawn", "InteractionEnded", "ContactClosed"]
    ended = only(events, ev.InteractionEnded)
    assert (ended.outcome, ended.waited_ms, ended.talk_ms, ended.agent_id) == ("abandoned", 700, 0, None)
    assert p.a("李").offers == []
    p.start("2")
    assert p.rings_at("2") == "李", "the place in the row is kept: it was not the agent's doing"


def test_two_agents_accept_and_one_wins(p: Play) -> None:
    """FAULTS 44: 李's page was frozen, the contact went on to 王, now both press the button."""
    p.start("1")
    p.after(2_000)
    p.accept("1")
    assert p.refused(cmd.AcceptOffer(offer_id="1.1", agent_id="李")) == "offer_gone"
    assert p.i("1").agent_id == "王"


def test_accepting_what_rings_at_another_desk_is_refused(p: Play) -> None:
    p.start("1")
    assert p.refused(cmd.AcceptOffer(offer_id="1.1", agent_id="王")) == "not_your_offer"
    assert p.refused(cmd.ProveOffer(offer_id="1.1", agent_id="王")) == "not_your_offer"
    assert p.refused(cmd.RejectOffer(offer_id="1.1", agent_id="王")) == "not_your_offer"


def test_accepting_after_expiry_is_refused_even_before_the_tick(p: Play) -> None:
    """FAULTS 45: what is due at an instant is over at that instant."""
    p.start("1")
    p.prove("1")
    p.now += 20_000
    assert p.refused(cmd.AcceptOffer(offer_id="1.1", agent_id="李")) == "offer_gone"
    p.after(0)
    assert p.refused(cmd.AcceptOffer(offer_id="1.1", agent_id="李")) == "offer_gone"


def test_accepting_in_time_is_proof_enough_and_late_proof_is_none(p: Play) -> None:
    p.start("1")
    p.now += 1_999
    p.accept("1")
    assert p.after(60_000) == []
    p.start("2")
    p.now += 2_000
    assert p.refused(cmd.ProveOffer(offer_id="2.1", agent_id="王")) == "offer_gone"
    assert p.refused(cmd.AcceptOffer(offer_id="2.1", agent_id="王")) == "offer_gone"


@pytest.mark.parametrize("offer", ["2.1", "1.2", "1.0", "1.x", "1.-1", "1", "", ".", "1.٣", "1." + "9" * 5_000])
def test_an_offer_that_never_was_is_unknown(p: Play, offer: str) -> None:
    p.start("1")
    assert p.refused(cmd.AcceptOffer(offer_id=offer, agent_id="李")) == "unknown_offer"


def test_repeats_change_nothing(p: Play) -> None:
    p.start("1")
    p.prove("1")
    assert p.do(cmd.ProveOffer(offer_id="1.1", agent_id="李")) == []
    p.accept("1")
    assert p.do(cmd.AcceptOffer(offer_id="1.1", agent_id="李")) == []
    assert p.do(cmd.ProveOffer(offer_id="1.1", agent_id="李")) == []
    p.start("2")
    p.reject("2")
    assert p.do(cmd.RejectOffer(offer_id="2.1", agent_id="王")) == []
    assert p.ready("李") == []
    p.pause("王")
    assert p.pause("王") == []


def test_a_change_of_the_reason_is_a_change(p: Play) -> None:
    p.pause("李", "break")
    assert names(p.pause("李", "lunch")) == ["AgentStateChanged"]
    assert p.refused(cmd.SetAgentState(agent_id="李", state="not_ready")) == "reason_required"
    assert p.refused(cmd.SetAgentState(agent_id="赵", state="available")) == "unknown_agent"


def test_a_retired_agents_contacts_find_another_place_with_their_age_kept() -> None:
    p = Play()
    p.queue()
    p.agent("李", capacity={"chat": 3})
    for id in ("rings", "talks", "wraps"):
        p.start(id)
    p.accept("talks")
    p.accept("wraps")
    p.end("wraps")
    since = p.i("talks").since
    p.after(1_000)
    events = p.do(cmd.RetireAgent(agent_id="李"))
    moved = ["OfferWithdrawn", "InteractionQueued", "InteractionQueued"]
    assert names(events) == [*moved, "HandlingWrappedUp", "ContactClosed", "AgentRetired"]
    assert p.floor.agent("李") is None
    assert (p.i("talks").state, p.i("talks").since, p.i("wraps").state) == ("queued", since, "ended")
    p.agent("王")
    assert p.rings_at("rings") == "王"
    assert p.do(cmd.RetireAgent(agent_id="李")) == []


# -- what can't ring at a desk ---------------------------------------------------------------------------------------
@pytest.fixture
def both() -> Play:
    """One agent who takes a call and a chat."""
    play = Play()
    play.queue()
    play.agent("李", capacity={"chat": 1, "voice": 1})
    return play


def reach(p: Play, *, on: bool) -> list[ev.AnyEvent]:
    return p.do(cmd.SetReach(agent_id="李", medium="voice", on=on))


def test_whose_calls_cant_ring_goes_on_getting_chats(both: Play) -> None:
    assert names(reach(both, on=False)) == ["AgentReachChanged"]
    assert names(reach(both, on=False)) == []
    both.start("call", medium="voice")
    both.start("chat")
    assert (both.i("call").state, both.rings_at("chat"), both.a("李").state) == ("queued", "李", "available")
    assert names(reach(both, on=True)) == ["AgentReachChanged", "InteractionOffered"]
    assert both.rings_at("call") == "李"


def test_what_rings_when_the_microphone_goes_is_withdrawn_and_nobody_made_not_ready(both: Play) -> None:
    both.start("call", medium="voice")
    both.start("chat")
    both.prove("chat")
    assert names(reach(both, on=False)) == ["AgentReachChanged", "OfferWithdrawn", "InteractionQueued"]
    both.after(3_000)
    assert (both.i("call").state, both.rings_at("chat"), both.a("李").state) == ("queued", "李", "available")


def test_a_call_is_not_handed_to_somebody_at_whom_it_cant_ring(both: Play) -> None:
    both.agent("王", capacity={"voice": 1})
    reach(both, on=False)
    both.start("call", medium="voice")
    both.accept("call")
    assert both.refused(both.transfer_command("call", agent="李")) == "agent_not_ready"


def test_a_restored_floor_knows_what_cant_ring(both: Play) -> None:
    reach(both, on=False)
    both.floor = Floor.restore(both.floor.snapshot())
    both.start("call", medium="voice")
    assert both.i("call").state == "queued"
