"""Messages, presence and transfer."""

from __future__ import annotations

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.specs import Party
from tests.engine.play import CUSTOMER, Play, names, only

LI = Party("agent", "李")


@pytest.fixture
def p() -> Play:
    """李 talks in contact 1."""
    play = Play()
    play.queue()
    play.agent("李", {"tenant:云杉": 1})
    play.start("1")
    play.accept("1")
    return play


def test_messages_are_numbered_without_gaps(p: Play) -> None:
    p.say("1", "m1")
    p.say("1", "m2", agent="李")
    assert only(p.say("1", "m3"), ev.MessagePosted).number == 3
    assert p.say("1", "m2", agent="李") == [], "a repeat is known by its id"
    assert p.i("1").messages == {"m1": 1, "m2": 2, "m3": 3}


def test_a_customer_may_write_before_anybody_has_answered(p: Play) -> None:
    p.start("2")
    assert only(p.say("2", "m1"), ev.MessagePosted).number == 1


def test_an_agent_may_write_only_in_a_contact_of_their_own(p: Play) -> None:
    p.agent("王")
    post = cmd.PostMessage(interaction_id="1", message_id="m", author=Party("agent", "王"))
    assert p.refused(post) == "not_your_interaction"
    p.start("2")
    ringing = cmd.PostMessage(interaction_id="2", message_id="m", author=Party("agent", "王"))
    assert p.refused(ringing) == "not_talking"


def test_after_the_end_nobody_writes_but_a_repeat_is_still_known(p: Play) -> None:
    p.say("1", "m1")
    p.end("1")
    for author in (CUSTOMER, LI):
        assert p.refused(cmd.PostMessage(interaction_id="1", message_id="m2", author=author)) == "already_ended"
    assert p.say("1", "m1") == []


def test_read_marks_only_move_forward_and_never_past_the_last_message(p: Play) -> None:
    for n in range(3):
        p.say("1", f"m{n}")
    read = lambda number, reader=LI: p.do(cmd.MarkRead(interaction_id="1", reader=reader, number=number))  # noqa: E731
    assert only(read(2), ev.MessagesRead).number == 2
    assert read(1) == []
    assert only(read(2**62), ev.MessagesRead).number == 3
    assert read(-1, CUSTOMER) == []
    assert only(read(3, CUSTOMER), ev.MessagesRead).reader == CUSTOMER
    mark = cmd.MarkRead(interaction_id="1", reader=Party("agent", "王"), number=1)
    assert p.refused(mark) == "not_your_interaction"


def test_notes_are_known_again_by_their_id(p: Play) -> None:
    note = cmd.AddNote(contact_id="c-1", note_id="n1", author=LI)
    assert names(p.do(note)) == ["NoteAdded"]
    assert p.do(note) == []
    assert p.refused(cmd.AddNote(contact_id="c?", note_id="n1", author=LI)) == "unknown_contact"


def test_the_customer_may_turn_out_to_be_somebody_else(p: Play) -> None:
    known = cmd.IdentifyCustomer(contact_id="c-1", customer_id="吴女士")
    assert names(p.do(known)) == ["CustomerIdentified"]
    assert p.do(known) == []
    assert p.start("1") == [], "and the start is still known again as it came"


# -- presence --------------------------------------------------------------------------------------------------------
def present(p: Play, id: str, here: bool) -> list[ev.AnyEvent]:
    return p.do(cmd.SetCustomerPresence(interaction_id=id, present=here))


def test_a_customer_who_is_away_too_long_has_left(p: Play) -> None:
    present(p, "1", False)
    events = p.after(900_000)
    ended = only(events, ev.InteractionEnded)
    assert (ended.reason, ended.outcome, ended.by) == ("customer_left", "handled", Party("system", "presence"))
    assert names(events) == ["InteractionEnded", "AfterContactWorkStarted"]


def test_a_waiting_customer_who_is_away_too_long_has_abandoned(p: Play) -> None:
    p.start("2")
    present(p, "2", False)
    assert p.after(119_999) == []
    assert only(p.after(1), ev.InteractionEnded).outcome == "abandoned"


def test_whoever_comes_back_in_time_stays(p: Play) -> None:
    p.start("2")
    present(p, "2", False)
    assert present(p, "2", False) == []
    p.after(60_000)
    assert names(present(p, "2", True)) == ["CustomerReturned"]
    assert present(p, "2", True) == []
    assert p.after(600_000) == []


def test_an_answer_gives_the_absent_customer_the_longer_time(p: Play) -> None:
    p.end("1")
    p.start("2")
    present(p, "2", False)
    p.after(50_000)
    p.wrap("1")
    p.accept("2")
    assert p.after(899_999) == []
    assert names(p.after(1))[0] == "InteractionEnded"


def test_a_page_that_closes_after_the_end_is_nothing(p: Play) -> None:
    p.end("1")
    assert present(p, "1", False) == []


# -- transfer --------------------------------------------------------------------------------------------------------
def test_to_a_queue_the_age_is_kept_and_the_sender_is_free(p: Play) -> None:
    p.queue("experts", needs={"expert": 1})
    since = p.i("1").since
    p.after(30_000)
    p.start("2")
    events = p.transfer("1", queue="experts")
    assert names(events) == ["InteractionTransferred", "InteractionQueued", "InteractionOffered"]
    assert (p.rings_at("2"), p.i("1").state, p.i("1").since) == ("李", "queued", since)
    p.agent("专家", {"expert": 1})
    p.after(5_000 - 5_000)
    accepted = only(p.accept("1"), ev.OfferAccepted)
    assert (accepted.queue_id, accepted.waited_ms) == ("experts", 0), "the wait of this queue, not the earlier talk"
    p.after(20_000)
    ended = only(p.end("1"), ev.InteractionEnded)
    assert (ended.agent_id, ended.talk_ms, ended.outcome) == ("专家", 50_000, "handled")


def test_it_does_not_come_straight_back_to_the_sender(p: Play) -> None:
    p.transfer("1", queue="q")
    assert p.rings_at("1") is None
    p.agent("王")
    assert p.rings_at("1") == "王"


def test_a_customer_who_leaves_after_a_talk_has_not_abandoned(p: Play) -> None:
    p.after(7_000)
    p.transfer("1", queue="q")
    p.after(2_000)
    events = p.end("1")
    ended = only(events, ev.InteractionEnded)
    assert (ended.outcome, ended.talk_ms, ended.waited_ms, ended.agent_id) == ("handled", 7_000, 2_000, None)
    assert names(events) == ["InteractionEnded", "ContactClosed"]


def test_to_a_free_person_it_rings_there_at_once_even_without_the_skill(p: Play) -> None:
    p.queue("q", needs={"product:phone": 5})
    p.agent("王")
    reason = only(p.transfer("1", agent="王"), ev.InteractionOffered).reason
    assert (p.rings_at("1"), reason.rule) == ("王", "transfer_to_agent")


def busy(p: Play) -> None:
    p.queue("other", needs={"other": 1})
    p.agent("王", {"other": 1})
    p.start("2", "other")
    p.accept("2")


def test_to_a_busy_person_it_waits_for_them_before_all_others(p: Play) -> None:
    busy(p)
    p.start("3", "other")
    p.transfer("1", agent="王")
    p.agent("张")
    assert p.rings_at("1") is None, "张 is free, but 王 was meant"
    p.end("2")
    p.wrap("2")
    assert (p.rings_at("1"), p.rings_at("3")) == ("王", None)


def test_after_a_minute_it_goes_to_the_queue(p: Play) -> None:
    busy(p)
    p.transfer("1", agent="王")
    p.agent("张")
    assert p.after(59_999) == []
    events = p.after(1)
    assert names(events) == ["InteractionQueued", "InteractionOffered"]
    assert (only(events, ev.InteractionQueued).why, p.rings_at("1")) == ("transfer_timeout", "张")


def test_when_the_person_goes_it_goes_to_the_queue_at_once(p: Play) -> None:
    busy(p)
    p.agent("张")
    p.transfer("1", agent="王")
    p.pause("王")
    assert p.rings_at("1") == "张"


def test_when_the_person_declines_it_goes_to_the_queue(p: Play) -> None:
    p.agent("王")
    p.agent("张")
    p.transfer("1", agent="张")
    p.reject("1")
    assert p.rings_at("1") == "王"


def test_wrong_targets_are_refused(p: Play) -> None:
    p.agent("王", ready=False)
    p.agent("voice only", capacity={"voice": 1})
    p.queue("theirs", tenant_id="江岚")
    p.queue("old")
    p.do(cmd.RetireQueue(queue_id="old"))
    for target in ({"queue": "theirs"}, {"queue": "old"}, {"queue": "?"}, {"agent": "?"}, {"agent": "李"}, {},
                   {"agent": "voice only"}, {"queue": "q", "agent": "王"}):  # fmt: skip
        assert p.refused(p.transfer_command("1", **target)) == "transfer_target_invalid"
    assert p.refused(p.transfer_command("1", agent="王")) == "agent_not_ready"
    p.start("2")
    waiting = cmd.TransferInteraction(interaction_id="2", agent_id="李", to_queue_id="q")
    assert p.refused(waiting) == "not_talking"
    foreign = cmd.TransferInteraction(interaction_id="1", agent_id="王", to_queue_id="q")
    assert p.refused(foreign) == "not_your_interaction"


def test_no_transfer_takes_a_contact_to_somebody_without_the_tenants_permission(p: Play) -> None:
    p.queue("q", needs={"tenant:云杉": 1})
    p.agent("王")
    assert p.refused(p.transfer_command("1", agent="王")) == "transfer_target_invalid"


def test_a_repeated_transfer_changes_nothing(p: Play) -> None:
    p.agent("王")
    command = p.transfer_command("1", agent="王")
    p.do(command)
    assert p.do(command) == []
    p.accept("1")
    assert p.do(command) == []


def test_a_full_queue_still_takes_a_transfer(p: Play) -> None:
    p.queue("full", max_waiting=1, needs={"nobody": 1})
    p.start("2", "full")
    assert p.refused(p.start_command("3", "full")) == "queue_full"
    p.transfer("1", queue="full")
    assert p.floor.position("1") == (1, 2), "with its age kept it is before the one who came later"
