"""A flow is tried out in text, by the machine that receives callers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rexian.channels.voice.prompts.prompts import Prompts
from rexian.channels.voice.reception.model import Flow, Menu, Option, Speech, Target
from rexian.channels.voice.reception.tryout import Move, Tried, TryOut, try_out
from rexian.channels.voice.reception.words import RecordingRule
from rexian.kit.problem import Problem

REPAIR = Option(key="1", label="维修", to=Target(kind="queue", queue_id="q"))
FLOW = Flow(
    person="p",
    first="main",
    greeting=Speech(text="您好，这里是别的公司。"),
    menus=(
        Menu(id="main", name="主", options=(Option(key="1", label="维修", to=Target(kind="queue", queue_id="q")),)),
    ),
)


def story(tmp_path: Path, *moves: Move, rule: RecordingRule = "always") -> list[Tried]:
    told: list[Tried] = []
    for move in moves:
        state: dict[str, Any] | None = told[-1].state if told else None
        told.append(try_out(TryOut(flow=FLOW, move=move, state=state), Prompts(tmp_path), rule))
    return told


def test_a_caller_from_greeting_to_rating(tmp_path: Path) -> None:
    told = story(
        tmp_path, Move(kind="start"), Move(kind="key", key="1"), Move(kind="queued"), Move(kind="position", position=2),
        Move(kind="wait"), Move(kind="answered"), Move(kind="ended"), Move(kind="key", key="5"),
    )  # fmt: skip
    assert [one.stage for one in told] == [
        "menu", "queueing", "queued", "queued", "queued", "talking", "rating", "over",
    ]  # fmt: skip
    assert next(one.text for one in told[0].heard if one.kind == "say") == "您好，这里是别的公司。"
    assert [one.source for one in told[0].heard if one.kind == "say"] == ["general", "shipped", "general"]
    assert (told[0].moves, told[-1].moves) == (["key", "nothing"], [])
    assert next(one.queue_id for one in told[1].heard if one.kind == "queue") == "q"
    assert "您排在第 2 位。" in [one.text for one in told[3].heard]
    assert "感谢您的耐心等候。" in [one.text for one in told[4].heard]
    assert [one.kind for one in told[-1].heard] == ["rate", "say", "hang_up"]


def test_english_closed_and_full(tmp_path: Path) -> None:
    told = story(tmp_path, Move(kind="start_closed", locale="en"), Move(kind="key", key="1"), Move(kind="kept"))
    assert [one.stage for one in told] == ["closed", "calling_back", "over"]
    assert told[0].heard[0].text == "Hello, and welcome."
    full = story(
        tmp_path, Move(kind="start"), Move(kind="key", key="0"), Move(kind="refused"), Move(kind="key", key="2")
    )
    assert full[-1].stage == "recording"


@pytest.mark.parametrize(
    ("rule", "said", "recorded"),
    [("always", "recording_consent", ["yes"]), ("prompt", "recording_ask", []), ("never", None, ["no"])],
)
def test_what_is_tried_follows_the_recording_rule_as_callers_do(
    tmp_path: Path, rule: RecordingRule, said: str | None, recorded: list[str]
) -> None:
    heard = story(tmp_path, Move(kind="start"), rule=rule)[0].heard
    assert [one.prompt for one in heard if one.prompt.startswith("recording")] == ([said] if said else [])
    assert [one.value for one in heard if one.kind == "recording"] == recorded


def test_a_state_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem):
        try_out(TryOut(flow=FLOW, move=Move(kind="start"), state={"stage": "nowhere"}), Prompts(tmp_path), "always")
