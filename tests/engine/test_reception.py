"""The reception: a contact at a menu, before anybody knows which queue it is for."""

from __future__ import annotations

from typing import Any

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.specs import Party
from tests.engine.call_play import CallPlay
from tests.engine.play import CUSTOMER, START, names, only


@pytest.fixture
def p() -> CallPlay:
    """Contact 1 is in the reception; 李 is free."""
    play = CallPlay()
    play.queue()
    play.agent("李")
    play.receive("1", attributes={"region": "north"})
    return play


# -- it arrives ------------------------------------------------------------------------------------------------------
def test_it_is_in_no_line_and_nobody_gets_it_offered(p: CallPlay) -> None:
    assert names(p.log[-2:]) == ["ContactStarted", "InteractionReceived"]
    i = p.i("1")
    assert (i.state, i.queue_id, i.entry, i.attributes) == ("reception", "", "hotline", {"region": "north"})
    assert (p.floor.position("1"), p.floor.expected_wait("1"), p.rings_at("1")) == (None, None, None)
    assert (p.floor.score("1", p.now), p.floor.reach("1"), p.floor.held_up("1")) == (None, None, None)
    assert p.floor.hindrance("1", "李") is None
    assert p.after(3_600_000) == [], "the floor sets it no time"


def test_a_repeat_changes_nothing_and_other_content_is_refused(p: CallPlay) -> None:
    assert p.receive("1", attributes={"region": "north"}) == []
    for other in ({"entry": "shop"}, {"customer_id": "吴女士"}, {"medium": "chat"}, {"attributes": {}}):
        same: dict[str, Any] = {"attributes": {"region": "north"}}
        assert p.refused(p.receive_command("1", **{**same, **other})) == "id_in_use"
    assert p.refused(p.start_command("1", medium="voice")) == "id_in_use", "it did not start in a queue"
    p.start("2", medium="voice")
    assert p.refused(p.receive_command("2")) == "id_in_use", "that one did"


def test_what_is_too_long_is_refused(p: CallPlay) -> None:
    assert p.refused(p.receive_command("2", attributes={"": "x"})) == "bad_attributes"
    assert p.refused(p.receive_command("2", entry="x" * 121)) == "bad_value"


# -- what it hears and chooses ---------------------------------------------------------------------------------------
def note(node: str = "menu", value: str = "1") -> cmd.NoteReception:
    return cmd.NoteReception(interaction_id="1", node=node, kind="choice", value=value)


def test_choices_are_noted_in_the_reception_in_the_queue_and_after_the_end(p: CallPlay) -> None:
    noted = only(p.do(note()), ev.ReceptionNoted)
    assert (noted.node, noted.kind, noted.value) == ("menu", "choice", "1")
    p.pause("李")
    p.do(p.queue_command("1"))
    assert names(p.do(note())) == ["ReceptionNoted"]
    p.end("1")
    assert names(p.do(note("rating", "5"))) == ["ReceptionNoted"]


def test_only_short_codes_are_noted(p: CallPlay) -> None:
    for wrong in (note("x" * 65), note(value="x" * 65), note("")):
        assert p.refused(wrong) == "bad_value"


# -- into a queue ----------------------------------------------------------------------------------------------------
def test_out_of_the_menu_it_is_routed_as_one_that_has_just_begun(p: CallPlay) -> None:
    p.after(30_000)
    events = p.do(p.queue_command("1", needs={}, attributes={"topic": "billing"}))
    assert names(events) == ["InteractionQueued", "InteractionOffered"]
    queued = only(events, ev.InteractionQueued)
    assert (queued.why, queued.since, queued.medium) == ("reception", START + 30_000, "voice")
    assert queued.attributes == {"region": "north", "topic": "billing"}
    p.after(1_000)
    assert only(p.accept("1"), ev.OfferAccepted).waited_ms == 1_000, "the time in the menu is no waiting"


def test_queueing_again_changes_nothing_but_another_queue_is_refused(p: CallPlay) -> None:
    p.queue("other")
    p.do(p.queue_command("1", attributes={"topic": "billing"}))
    assert p.do(p.queue_command("1", attributes={"topic": "billing"})) == []
    p.accept("1")
    assert p.do(p.queue_command("1", attributes={"topic": "billing"})) == [], "whatever has become of it"
    assert p.receive("1", attributes={"region": "north"}) == [], "and it is still known as it came"
    for other in (p.queue_command("1", "other"), p.queue_command("1", needs={"x": 1}), p.queue_command("1")):
        assert p.refused(other) == "not_in_reception"
    p.start("2", medium="voice")
    assert p.refused(p.queue_command("2")) == "not_in_reception"


def test_a_queue_refuses_it_as_it_would_a_new_contact(p: CallPlay) -> None:
    p.queue("theirs", tenant_id="江岚")
    p.queue("old")
    p.do(cmd.RetireQueue(queue_id="old"))
    p.queue("full", max_waiting=1, needs={"nobody": 1})
    p.start("2", "full", medium="voice")
    codes = {"?": "unknown_queue", "theirs": "unknown_queue", "old": "queue_retired", "full": "queue_full"}
    assert {queue: p.refused(p.queue_command("1", queue)) for queue in codes} == codes
    assert p.refused(p.queue_command("1", needs={"x": 9})) == "bad_definition"
    assert p.i("1").state == "reception", "the menu goes on, and can offer something else"
    p.do(p.queue_command("1", "full", emergency=True))
    assert p.floor.position("1") == (1, 2), "an emergency is never turned away"


def test_the_customers_own_agent_is_asked_first(p: CallPlay) -> None:
    p.agent("王")
    p.after(1)
    assert only(p.do(p.queue_command("1", last_agent_id="王")), ev.InteractionOffered).reason.rule == "last_agent"


# -- it ends ---------------------------------------------------------------------------------------------------------
def test_whoever_hangs_up_in_the_menu_has_abandoned_and_waited_for_nobody(p: CallPlay) -> None:
    p.after(20_000)
    events = p.end("1")
    assert names(events) == ["InteractionEnded", "ContactClosed"]
    ended = only(events, ev.InteractionEnded)
    assert (ended.outcome, ended.queue_id, ended.waited_ms, ended.talk_ms) == ("abandoned", "", 0, 0)
    assert p.refused(cmd.RateContact(contact_id="c-1", interaction_id="1", score=5)) == "not_rateable"
    assert names(p.after(120_000)) == ["ContactsForgotten"]


def test_a_menu_that_is_over_ends_it_for_the_system(p: CallPlay) -> None:
    by = Party("system", "reception")
    ended = only(p.do(cmd.EndInteraction(interaction_id="1", by=by, reason="voicemail")), ev.InteractionEnded)
    assert (ended.by, ended.reason) == (by, "voicemail")
    agent = cmd.EndInteraction(interaction_id="1", by=Party("agent", "李"))
    p.receive("2")
    assert p.refused(cmd.EndInteraction(interaction_id="2", by=agent.by)) == "not_talking"


def test_a_customer_whose_line_is_gone_for_two_minutes_has_left(p: CallPlay) -> None:
    p.do(cmd.SetCustomerPresence(interaction_id="1", present=False))
    assert p.after(119_999) == []
    assert only(p.after(1), ev.InteractionEnded).reason == "customer_left"


def test_absence_goes_on_in_the_queue_with_the_queues_own_time(p: CallPlay) -> None:
    p.queue("slow", away_waiting_ms=600_000, needs={"nobody": 1})
    p.do(cmd.SetCustomerPresence(interaction_id="1", present=False))
    p.after(100_000)
    p.do(p.queue_command("1", "slow"))
    assert p.after(599_999) == []
    assert names(p.after(1))[0] == "InteractionEnded"


def test_what_needs_a_queue_or_an_agent_is_refused_in_the_menu(p: CallPlay) -> None:
    assert p.refused(cmd.RequestCallBack(interaction_id="1")) == "not_waiting"
    assert p.refused(cmd.SetHold(interaction_id="1", agent_id="李", on=True)) == "not_talking"
    assert p.refused(cmd.JoinInteraction(interaction_id="1", person_id="s", role="listen")) == "not_talking"
    assert p.refused(cmd.TakeOver(interaction_id="1", agent_id="李")) == "not_talking"
    transfer = cmd.TransferInteraction(interaction_id="1", agent_id="李", to_queue_id="q")
    assert p.refused(transfer) == "not_talking"


def test_a_message_left_in_the_menu_is_recorded(p: CallPlay) -> None:
    assert only(p.recording("1", "on", "voicemail"), ev.RecordingChanged).state == "on"
    p.end("1", CUSTOMER)
    assert p.i("1").recording == "off"


def test_policies_and_rules_leave_it_alone(p: CallPlay) -> None:
    from rexian.engine.specs import Policy, QueuePolicy, Rule

    rule = Rule(id="storm", when={"region": ("north",)}, emergency=True, on=False)
    policy = Policy(tenant_id="云杉", version=1, queues={"q": QueuePolicy(interruptible=True)}, rules=(rule,))
    p.do(cmd.PublishPolicy(policy=policy))
    p.do(cmd.SwitchRule(tenant_id="云杉", rule_id="storm", on=True))
    assert p.i("1").state == "reception"
    p.queue()
    assert p.rings_at("1") is None
