"""How chats, calls and mails share one person."""

from __future__ import annotations

import pytest

from rexian.engine import commands as cmd
from rexian.engine.specs import AgentSpec, Mix
from tests.engine.play import Play

CAPACITY = {"chat": 3, "voice": 1, "email": 5}


def person(mix: Mix | None) -> Play:
    p = Play()
    p.queue()
    p.agent("李", capacity=CAPACITY, mix=mix)
    return p


def rung(p: Play, *media: str) -> str:
    """Start one contact after the other; which of them ring, as a string of 1 and 0."""
    for n, medium in enumerate(media):
        p.start(f"{n}", medium=medium)
    return "".join("1" if p.rings_at(f"{n}") else "0" for n in range(len(media)))


def test_without_a_mix_media_do_not_know_of_each_other() -> None:
    assert rung(person(None), "chat", "chat", "chat", "chat", "voice") == "11101"


def test_weights_add_up_to_the_limit() -> None:
    mix = Mix(limit=100, weights={"chat": 40, "voice": 100, "email": 20})
    assert rung(person(mix), "chat", "chat", "chat", "email", "email") == "11010"
    assert rung(person(mix), "chat", "voice") == "10"
    assert rung(person(mix), "voice", "chat", "email") == "100"


def test_a_call_may_come_in_over_chats_and_while_it_lasts_no_chat_fits() -> None:
    mix = Mix(limit=100, weights={"chat": 40, "voice": 100}, interrupts={"voice": ("chat",)})
    assert rung(person(mix), "chat", "voice", "chat") == "110"


def test_a_medium_without_a_weight_takes_nothing() -> None:
    assert rung(person(Mix(limit=10, weights={"voice": 10})), "voice", "email", "chat") == "111"


def test_a_place_given_back_is_used_for_what_fits_now() -> None:
    p = person(Mix(limit=100, weights={"chat": 50, "voice": 100}))
    p.queue(acw_ms=0)
    p.start("1")
    p.start("2", medium="voice")
    p.accept("1")
    assert p.rings_at("2") is None
    p.end("1")
    assert p.rings_at("2") == "李"


def test_another_mix_counts_at_once() -> None:
    p = person(Mix(limit=10, weights={"chat": 10}))
    p.start("1")
    p.start("2")
    assert p.rings_at("2") is None
    p.agent("李", ready=False, capacity=CAPACITY, mix=Mix(limit=20, weights={"chat": 10}))
    assert p.rings_at("2") == "李"


@pytest.mark.parametrize("mix", [Mix(limit=-1), Mix(limit=1_001), Mix(weights={"chat": -1})])
def test_a_mix_out_of_range_is_refused(mix: Mix) -> None:
    assert Play().refused(cmd.DefineAgent(agent=AgentSpec(id="a", mix=mix))) == "bad_definition"
