"""What a customer is told about the wait, and whether it came true."""

from __future__ import annotations

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.floor import Floor
from tests.engine.play import CUSTOMER, Play, only
from tests.engine.policies import moving


def told() -> Play:
    """One answer a minute; two still wait, and 往事 is free for the next."""
    p = Play()
    p.queue()
    moving(p)
    return p


def test_the_first_word_is_kept_with_the_contact() -> None:
    p = told()
    queued = only(p.start("1"), ev.InteractionQueued)
    assert queued.expected == p.i("1").expected == (180_000, 180_000)
    assert p.floor.expected_wait("1") == queued.expected


def test_nothing_is_said_while_nothing_is_known() -> None:
    p = Play()
    p.queue()
    assert only(p.start("1"), ev.InteractionQueued).expected is None
    assert p.floor.accuracy("q") == (0, 0)


def test_a_head_start_shortens_what_is_said() -> None:
    p = told()
    assert only(p.start("1", emergency=True), ev.InteractionQueued).expected == (60_000, 60_000)


def test_a_wait_as_told_is_a_word_kept() -> None:
    p = told()
    p.start("1")
    for id in ("往6", "往7"):
        p.accept(id)
        p.after(90_000)
        p.end(id)
        p.wrap(id)
    p.accept("1")
    assert p.i("1").waited_ms == 180_000
    assert p.floor.accuracy("q") == (1, 1)
    assert p.i("1").expected is None


def test_a_shorter_wait_is_a_word_not_kept() -> None:
    p = told()
    p.start("1")
    p.agent("帮手", capacity={"chat": 9})
    p.accept("1")
    assert p.floor.accuracy("q") == (0, 1)


def test_who_leaves_after_waiting_longer_than_told_was_told_wrong() -> None:
    p = told()
    p.start("1")
    p.start("2")
    p.after(181_000)
    p.end("1", CUSTOMER)
    p.end("2", CUSTOMER)
    assert p.floor.accuracy("q") == (0, 1), "2 was told a longer wait and left before"


def calls(p: Play) -> Play:
    """The only one who takes calls is 李, who has one now; 往事 takes chats only."""
    p.agent("李", capacity={"voice": 1})
    p.start("call", medium="voice")
    p.accept("call")
    return p


def test_whom_no_call_can_reach_is_not_at_work_for_calls() -> None:
    p = calls(told())
    assert only(p.start("1", medium="voice"), ev.InteractionQueued).expected is not None
    p.do(cmd.SetReach(agent_id="李", medium="voice", on=False))
    assert p.floor.expected_wait("1") is None
    assert only(p.start("2", medium="voice"), ev.InteractionQueued).expected is None
    assert only(p.start("3"), ev.InteractionQueued).expected is not None, "chats go on"
    p.do(cmd.SetReach(agent_id="李", medium="voice", on=True))
    assert p.floor.expected_wait("1") is not None


def test_who_takes_chats_only_is_not_at_work_for_calls() -> None:
    p = told()
    assert only(p.start("1", medium="voice"), ev.InteractionQueued).expected is None
    assert only(p.start("2"), ev.InteractionQueued).expected is not None


def test_a_restored_floor_counts_the_same_people() -> None:
    p = calls(told())
    p.start("1", medium="voice")
    p.do(cmd.SetReach(agent_id="李", medium="voice", on=False))
    p.floor = Floor.restore(p.floor.snapshot())
    assert p.floor.expected_wait("1") is None
    p.do(cmd.SetReach(agent_id="李", medium="voice", on=True))
    assert p.floor.expected_wait("1") is not None


def test_an_unknown_queue_has_said_nothing() -> None:
    assert Play().floor.accuracy("?") == (0, 0)
