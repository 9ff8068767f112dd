"""How contacts begin and end: starts, after-contact work, rating, forgetting."""

from __future__ import annotations

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.specs import Party
from tests.engine.play import CUSTOMER, START, Play, names, only

LI = Party("agent", "李")


@pytest.fixture
def p() -> Play:
    """李 takes two chats and talks in contact 1."""
    play = Play()
    play.queue(rating_ms=300_000)
    play.agent("李", capacity={"chat": 2})
    play.start("1")
    play.accept("1")
    play.after(40_000)
    return play


# -- starts ----------------------------------------------------------------------------------------------------------
def test_the_same_start_again_is_nothing_and_another_one_with_its_id_is_refused(p: Play) -> None:
    """FAULTS 20."""
    assert p.start("1") == []
    p.transfer("1", queue="q")
    assert p.start("1") == []
    for other in ({"customer_id": "吴女士"}, {"medium": "voice"}, {"needs": {"x": 1}}, {"credit_ms": 5}):
        assert p.refused(p.start_command("1", **other)) == "id_in_use"
    mixed = cmd.StartContact(
        contact_id="c-2", interaction_id="1", tenant_id="云杉", customer_id="周先生", queue_id="q", medium="chat"
    )
    assert p.refused(mixed) == "id_in_use"


def test_starts_that_can_not_be(p: Play) -> None:
    p.queue("old")
    p.do(cmd.RetireQueue(queue_id="old"))
    assert p.refused(p.start_command("2", "?")) == "unknown_queue"
    assert p.refused(p.start_command("2", "old")) == "queue_retired"
    assert p.refused(p.start_command("2", tenant_id="江岚")) == "unknown_queue", "another tenant's queue is not there"
    assert p.refused(p.start_command("2", needs={"x": 7})) == "bad_definition"
    assert p.refused(p.start_command("2", credit_ms=2**63)) == "bad_definition"


def test_a_full_queue_says_so(p: Play) -> None:
    p.queue("small", max_waiting=2, needs={"nobody": 1})
    p.start("2", "small")
    p.start("3", "small")
    assert p.refused(p.start_command("4", "small")) == "queue_full"
    p.end("2")
    assert names(p.start("4", "small")) == ["ContactStarted", "InteractionQueued"]


def test_those_who_wait_in_a_retired_queue_are_served(p: Play) -> None:
    p.queue("old", needs={"old": 1})
    p.start("2", "old")
    p.do(cmd.RetireQueue(queue_id="old"))
    assert p.do(cmd.RetireQueue(queue_id="old")) == []
    p.agent("王", {"old": 1})
    assert p.rings_at("2") == "王"
    assert p.refused(cmd.RetireQueue(queue_id="?")) == "unknown_queue"
    p.queue("old")
    assert "ContactStarted" in names(p.start("3", "old")), "defined again, it is back"


def test_definitions_that_change_nothing_are_nothing(p: Play) -> None:
    before = len(p.log)
    p.queue(rating_ms=300_000)
    p.agent("李", capacity={"chat": 2})
    assert len(p.log) == before
    foreign = cmd.DefineQueue(queue=cmd.QueueSpec(id="q", tenant_id="江岚"))
    assert p.refused(foreign) == "id_in_use"


# -- after-contact work ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("by", [CUSTOMER, LI, Party("system", "closing_time")])
def test_a_talk_ends_and_its_after_contact_work_begins(p: Play, by: Party) -> None:
    events = p.end("1", by)
    assert names(events) == ["InteractionEnded", "AfterContactWorkStarted"]
    ended = only(events, ev.InteractionEnded)
    assert (ended.by, ended.outcome, ended.agent_id, ended.talk_ms) == (by, "handled", "李", 40_000)
    assert p.end("1") == []


def test_an_agent_ends_only_what_they_talk_in(p: Play) -> None:
    assert p.refused(cmd.EndInteraction(interaction_id="1", by=Party("agent", "王"))) == "not_your_interaction"
    p.start("2", needs={"nobody": 1})
    assert p.refused(cmd.EndInteraction(interaction_id="2", by=LI)) == "not_talking"
    assert p.refused(cmd.EndInteraction(interaction_id="?", by=LI)) == "unknown_interaction"


def test_the_agent_is_seen_in_after_contact_work_when_nothing_else_is_left(p: Play) -> None:
    p.start("2")
    p.accept("2")
    p.end("1")
    assert p.a("李").state == "available", "still talking in the other one"
    p.after(1_000)
    p.end("2")
    assert (p.a("李").state, p.a("李").since_at, p.a("李").engaged) == ("after_contact_work", p.now, 2)
    p.wrap("2")
    assert p.a("李").state == "after_contact_work"
    p.wrap("1")
    assert (p.a("李").state, p.a("李").since_at) == ("available", START)


def test_a_free_place_beside_after_contact_work_still_takes_offers(p: Play) -> None:
    p.end("1")
    p.start("2")
    assert p.rings_at("2") == "李"
    p.start("3")
    assert p.rings_at("3") is None


def test_wrapping_up_frees_the_agent_and_closes_the_contact(p: Play) -> None:
    p.end("1")
    p.after(12_000)
    events = p.wrap("1", "refund")
    wrapped = only(events, ev.HandlingWrappedUp)
    assert (wrapped.disposition, wrapped.acw_ms, wrapped.by_timer) == ("refund", 12_000, False)
    assert names(events) == ["HandlingWrappedUp", "ContactClosed"]
    assert p.wrap("1", "refund") == []
    assert p.a("李").idle_since == p.now


def test_the_timer_ends_after_contact_work_and_a_late_disposition_is_still_taken(p: Play) -> None:
    p.end("1")
    events = p.after(60_000)
    wrapped = only(events, ev.HandlingWrappedUp)
    assert (wrapped.disposition, wrapped.acw_ms, wrapped.by_timer) == ("", 60_000, True)
    assert names(p.wrap("1", "refund")) == ["DispositionAdded"]
    assert p.wrap("1", "other") == []
    assert p.i("1").disposition == "refund"


def test_after_contact_work_is_extended_so_many_times(p: Play) -> None:
    extend = cmd.ExtendAfterContactWork(interaction_id="1", agent_id="李")
    assert p.refused(extend) == "still_open"
    p.end("1")
    for n in range(1, 4):
        assert only(p.do(extend), ev.AfterContactWorkExtended).due_at == p.now + (n + 1) * 60_000
    assert p.refused(extend) == "acw_extension_limit"
    assert p.after(239_999) == []
    assert names(p.after(1)) == ["HandlingWrappedUp", "ContactClosed"]
    assert p.refused(extend) == "already_ended"
    assert p.refused(cmd.ExtendAfterContactWork(interaction_id="1", agent_id="王")) == "not_your_interaction"


def test_without_time_for_it_there_is_no_after_contact_work(p: Play) -> None:
    p.queue("quick", acw_ms=0)
    p.start("2", "quick")
    p.accept("2")
    events = p.end("2")
    assert names(events) == ["InteractionEnded", "HandlingWrappedUp", "ContactClosed"]


def test_wrapping_up_what_is_open_or_anothers_is_refused(p: Play) -> None:
    assert p.refused(cmd.WrapUp(interaction_id="1", agent_id="李", disposition="x")) == "still_open"
    p.end("1")
    assert p.refused(cmd.WrapUp(interaction_id="1", agent_id="王", disposition="x")) == "not_your_interaction"


def test_not_ready_while_talking_leaves_the_talk_alone_and_brings_no_more(p: Play) -> None:
    p.pause("李")
    p.start("2")
    assert (p.i("1").state, p.rings_at("2"), p.a("李").state) == ("talking", None, "not_ready")
    p.say("1", "m1", agent="李")
    p.end("1", LI)
    p.wrap("1")
    assert p.rings_at("2") is None
    assert only(p.ready("李"), ev.InteractionOffered).interaction_id == "2"


def test_signing_out_while_talking_keeps_the_contact_for_the_agents_return(p: Play) -> None:
    p.pause("李", "signed_out")
    assert p.after(600_000) == []
    assert (p.i("1").state, p.i("1").agent_id) == ("talking", "李")
    assert names(p.say("1", "m1", agent="李")) == ["MessagePosted"]


# -- rating and forgetting -------------------------------------------------------------------------------------------
def rate(score: int, id: str = "1") -> cmd.RateContact:
    return cmd.RateContact(contact_id=f"c-{id}", interaction_id=id, score=score)


def test_a_handled_contact_is_rated_once(p: Play) -> None:
    assert p.refused(rate(5)) == "not_rateable", "not before the end"
    p.end("1")
    for score in (0, 6, -1, 2**63):
        assert p.refused(rate(score)) == "bad_score"
    assert only(p.do(rate(4)), ev.ContactRated).score == 4
    assert p.do(rate(4)) == []
    assert p.refused(rate(5)) == "not_rateable"


def test_after_the_rating_window_it_is_too_late(p: Play) -> None:
    p.end("1")
    p.wrap("1")
    p.now += 300_000
    assert p.refused(rate(5)) == "not_rateable"


def test_whoever_was_never_answered_has_nothing_to_rate(p: Play) -> None:
    p.start("2", needs={"nobody": 1})
    p.end("2")
    assert p.refused(rate(1, "2")) == "not_rateable"
    crossed = cmd.RateContact(contact_id="c-2", interaction_id="1", score=5)
    assert p.refused(crossed) == "unknown_interaction"


def test_closed_contacts_are_forgotten_by_the_minute_after_the_rating_window(p: Play) -> None:
    p.handled("2")
    p.after(500)
    p.end("1")
    p.wrap("1")
    closed_at = p.now
    events = p.after(420_000)
    (forgotten,) = [e for e in events if isinstance(e, ev.ContactsForgotten)]
    assert forgotten.contact_ids == ("c-1", "c-2")
    assert forgotten.at % 60_000 == 0
    assert forgotten.at > closed_at + 300_000
    assert list(p.floor.contacts()) == list(p.floor.interactions()) == []
    assert p.floor.next_due() is None
    assert p.refused(rate(5)) == "unknown_contact"


def test_what_was_due_while_the_server_lay_dead_happens_when_it_wakes(p: Play) -> None:
    """The events carry the instant of waking: nobody was told before."""
    p.start("2")
    p.end("1")
    p.now += 3_600_000
    events = p.after(0)
    assert {event.at for event in events} == {p.now}
    assert names(events)[:2] == ["OfferExpired", "InteractionQueued"]
    assert "HandlingWrappedUp" in names(events)
