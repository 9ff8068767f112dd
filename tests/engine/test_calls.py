"""While they talk: hold, listeners and guests, take-over, recording."""

from __future__ import annotations

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.specs import Party
from tests.engine.call_play import CallPlay
from tests.engine.play import CUSTOMER, names, only

LI = Party("agent", "李")


@pytest.fixture
def p() -> CallPlay:
    """李 talks in contact 1; 王, who is on a break, supervises."""
    play = CallPlay()
    play.queue()
    play.agent("李")
    play.agent("王", ready=False)
    play.talk("1", "李")
    return play


# -- hold ------------------------------------------------------------------------------------------------------------
def test_held_and_taken_back(p: CallPlay) -> None:
    assert names(p.hold("1")) == ["InteractionHeld"]
    assert p.i("1").held_at == p.now
    p.after(7_000)
    assert only(p.hold("1", on=False), ev.InteractionResumed).held_ms == 7_000
    assert (p.i("1").held_at, p.i("1").held_ms) == (0, 7_000)


def test_asking_twice_is_nothing(p: CallPlay) -> None:
    assert p.hold("1", on=False) == []
    p.hold("1")
    p.after(1_000)
    assert p.hold("1") == []


def test_the_talk_includes_the_hold(p: CallPlay) -> None:
    p.after(10_000)
    p.hold("1")
    p.after(4_000)
    p.hold("1", on=False)
    p.after(1_000)
    ended = only(p.end("1", LI), ev.InteractionEnded)
    assert (ended.talk_ms, ended.hold_ms) == (15_000, 4_000)


def test_a_customer_who_hangs_up_while_held_ends_it_with_after_contact_work(p: CallPlay) -> None:
    p.hold("1")
    p.after(9_000)
    events = p.end("1", CUSTOMER)
    assert names(events) == ["InteractionEnded", "AfterContactWorkStarted"]
    assert (only(events, ev.InteractionEnded).hold_ms, p.i("1").held_at) == (9_000, 0)


def test_a_blind_transfer_ends_the_hold_and_the_next_agent_may_hold_again(p: CallPlay) -> None:
    p.hold("1")
    p.after(5_000)
    p.ready("王")
    p.transfer("1", agent="王")
    assert (p.i("1").held_at, p.i("1").held_ms) == (0, 5_000)
    p.accept("1")
    p.hold("1")
    p.after(2_000)
    assert only(p.end("1"), ev.InteractionEnded).hold_ms == 7_000


def test_an_agent_who_is_taken_off_the_floor_holds_nobody(p: CallPlay) -> None:
    p.hold("1")
    p.do(cmd.RetireAgent(agent_id="李"))
    assert (p.i("1").state, p.i("1").held_at) == ("queued", 0)


def test_only_the_agent_who_talks_may_hold(p: CallPlay) -> None:
    assert p.refused(cmd.SetHold(interaction_id="1", agent_id="王", on=True)) == "not_your_interaction"
    assert p.refused(cmd.SetHold(interaction_id="?", agent_id="李", on=True)) == "unknown_interaction"
    p.end("1")
    assert p.refused(cmd.SetHold(interaction_id="1", agent_id="李", on=True)) == "not_talking"


# -- listeners and guests --------------------------------------------------------------------------------------------
def test_a_supervisor_listens_whispers_and_talks_with_both(p: CallPlay) -> None:
    for role in ("listen", "whisper", "barge"):
        assert only(p.join("1", "王", role), ev.ParticipantJoined).role == role
        assert p.join("1", "王", role) == []
        assert p.i("1").participants == {"王": role}
    left = only(p.do(cmd.LeaveInteraction(interaction_id="1", person_id="王")), ev.ParticipantLeft)
    assert (left.role, left.why, p.i("1").participants) == ("barge", "left", {})
    assert p.do(cmd.LeaveInteraction(interaction_id="1", person_id="王")) == []


def test_a_listener_needs_no_desk_on_the_floor_and_takes_nobodys_place(p: CallPlay) -> None:
    p.join("1", "somebody")
    assert p.i("1").agent_id == "李"
    assert p.a("李").engaged == 1


def test_nobody_joins_their_own_talk_or_one_that_is_not_going_on(p: CallPlay) -> None:
    assert p.refused(cmd.JoinInteraction(interaction_id="1", person_id="李", role="listen")) == "talks_already"
    p.start("2", medium="voice")
    assert p.refused(cmd.JoinInteraction(interaction_id="2", person_id="王", role="listen")) == "not_talking"


def test_three_guests_from_outside_at_most_and_five_supervisors(p: CallPlay) -> None:
    for n in range(3):
        assert only(p.external("1", f"x{n}"), ev.ParticipantJoined).role == "external"
    assert p.external("1", "x0") == [], "a repeat is known"
    fourth = cmd.AddExternal(interaction_id="1", agent_id="李", participant_id="x3")
    assert p.refused(fourth) == "too_many_participants"
    for n in range(5):
        p.join("1", f"s{n}")
    assert p.refused(cmd.JoinInteraction(interaction_id="1", person_id="s5", role="barge")) == "too_many_participants"
    assert names(p.join("1", "s4", "barge")) == ["ParticipantJoined"], "who is there may still change the role"
    p.do(cmd.LeaveInteraction(interaction_id="1", person_id="x0", why="hung_up"))
    assert names(p.do(fourth)) == ["ParticipantJoined"]


def test_only_the_agent_brings_a_guest_and_no_id_means_two_people(p: CallPlay) -> None:
    guest = cmd.AddExternal(interaction_id="1", agent_id="王", participant_id="x")
    assert p.refused(guest) == "not_your_interaction"
    p.join("1", "王")
    p.external("1", "x")
    assert p.refused(cmd.AddExternal(interaction_id="1", agent_id="李", participant_id="王")) == "id_in_use"
    assert p.refused(cmd.JoinInteraction(interaction_id="1", person_id="x", role="listen")) == "id_in_use"


@pytest.mark.parametrize("how", ["ended", "queued"])
def test_all_leave_when_it_ends_or_is_queued_again(p: CallPlay, how: str) -> None:
    p.join("1", "王", "whisper")
    p.external("1", "x")
    p.agent("张")
    events = p.end("1") if how == "ended" else p.transfer("1", agent="张")
    then = "InteractionEnded" if how == "ended" else "InteractionTransferred"
    assert names(events)[:3] == ["ParticipantLeft", "ParticipantLeft", then]
    assert {(e.person_id, e.why) for e in events if isinstance(e, ev.ParticipantLeft)} == {("王", how), ("x", how)}
    assert p.i("1").participants == {}


# -- take-over -------------------------------------------------------------------------------------------------------
def test_who_listened_talks_now_and_the_former_agent_is_free(p: CallPlay) -> None:
    p.join("1", "王")
    p.external("1", "x")
    p.start("2", medium="voice")
    p.after(3_000)
    events = p.take_over("1", "王")
    assert names(events) == ["ParticipantLeft", "InteractionTakenOver", "InteractionOffered"]
    assert only(events, ev.ParticipantLeft).why == "took_over"
    over = only(events, ev.InteractionTakenOver)
    assert (over.from_agent_id, over.agent_id, over.queue_id) == ("李", "王", "q")
    assert (p.i("1").agent_id, p.rings_at("2")) == ("王", "李"), "no after-contact work, as after a transfer"
    assert p.i("1").participants == {"x": "external"}, "the others stay"
    p.after(4_000)
    ended = only(p.end("1"), ev.InteractionEnded)
    assert (ended.agent_id, ended.talk_ms) == ("王", 7_000)
    assert p.i("1").state == "after_contact_work"


def test_it_ignores_the_takers_capacity_but_counts(p: CallPlay) -> None:
    p.ready("王")
    p.talk("2", "王")
    p.take_over("1", "王")
    assert (p.a("王").engaged, p.a("王").used["voice"], p.a("王").handled) == (2, 2, 2)
    p.pause("李")
    p.start("3", medium="voice")
    p.end("1")
    p.wrap("1")
    assert p.rings_at("3") is None, "王 still has the one that fills the only place"
    p.end("2")
    p.wrap("2")
    assert p.rings_at("3") == "王"


def test_a_held_customer_is_held_no_longer(p: CallPlay) -> None:
    p.hold("1")
    p.after(2_000)
    p.take_over("1", "王")
    assert (p.i("1").held_at, p.i("1").held_ms) == (0, 2_000)


def test_taking_over_again_is_nothing_and_the_former_agent_has_lost_it(p: CallPlay) -> None:
    p.take_over("1", "王")
    assert p.take_over("1", "王") == []
    assert p.refused(cmd.SetHold(interaction_id="1", agent_id="李", on=True)) == "not_your_interaction"
    assert p.refused(cmd.EndInteraction(interaction_id="1", by=LI)) == "not_your_interaction"
    assert p.refused(cmd.TakeOver(interaction_id="1", agent_id="?")) == "unknown_agent"


def test_a_taker_who_retires_gives_it_back_to_the_queue(p: CallPlay) -> None:
    p.take_over("1", "王")
    events = p.do(cmd.RetireAgent(agent_id="王"))
    assert names(events)[0] == "InteractionQueued"
    assert p.rings_at("1") == "李"


# -- recording -------------------------------------------------------------------------------------------------------
def test_on_paused_and_on_again(p: CallPlay) -> None:
    assert p.i("1").recording == "", "nothing was decided"
    for state in ("on", "paused", "on"):
        changed = only(p.recording("1", state, "card", LI), ev.RecordingChanged)
        assert (changed.state, changed.why, changed.by) == (state, "card", LI)
        assert p.recording("1", state) == []
    p.end("1")
    assert p.i("1").recording == "off", "with the talk"
    on = cmd.SetRecording(interaction_id="1", by=LI, state="on")
    assert p.refused(on) == "already_ended"
    assert p.recording("1", "off") == []


def test_an_agent_records_only_their_own_talk(p: CallPlay) -> None:
    on = cmd.SetRecording(interaction_id="1", by=Party("agent", "王"), state="on")
    assert p.refused(on) == "not_your_interaction"
    assert p.refused(cmd.SetRecording(interaction_id="1", by=LI, state="on", why="x" * 65)) == "bad_value"


def test_a_paused_recording_stays_paused_over_a_transfer(p: CallPlay) -> None:
    p.recording("1", "paused")
    p.ready("王")
    p.transfer("1", agent="王")
    p.accept("1")
    assert p.i("1").recording == "paused"


def stored(id: str = "r1", **more: object) -> cmd.NoteRecording:
    fields = {"sha256": "0f" * 32, "duration_ms": 60_000, "size": 480_044, **more}
    return cmd.NoteRecording(interaction_id="1", recording_id=id, **fields)  # type: ignore[arg-type]


def test_what_was_recorded_is_known_by_its_id_even_after_the_end(p: CallPlay) -> None:
    assert only(p.do(stored()), ev.RecordingStored).sha256 == "0f" * 32
    p.end("1")
    assert p.do(stored()) == []
    assert names(p.do(stored("r2", why="disk_full"))) == ["RecordingStored"]
    for wrong in ({"sha256": "0f"}, {"sha256": "0F" * 32}, {"duration_ms": -1}, {"size": -1}, {"why": "x" * 65}):
        assert p.refused(stored("r3", **wrong)) == "bad_value"
