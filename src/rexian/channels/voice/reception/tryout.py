"""Trying a flow out in text: the very machine that receives callers, one move of a pretended caller after the other.

Sentences count as said at once, so that a move brings everything up to where the caller, or the floor, has to act.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from rexian.channels.voice.prompts.prompts import Prompts
from rexian.channels.voice.reception import words as w
from rexian.channels.voice.reception.interpreter import step
from rexian.channels.voice.reception.model import Flow
from rexian.kit.problem import Problem

MINUTE_MS = 60_000
Kind = Literal[
    "start", "start_closed", "key", "nothing", "queued", "position", "refused", "answered", "ended", "kept", "recorded",
    "wait",
]  # fmt: skip


class Move(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the pretended caller, or the floor, does next. `position` and `minutes` go with `position`."""

    kind: Kind
    key: Annotated[str, Meta(max_length=1, pattern=r"^[0-9*#]?$(?!\n)")] = ""
    locale: Literal["zh-CN", "en"] = "zh-CN"
    position: Annotated[int, Meta(ge=1, le=10_000)] = 3
    minutes: Annotated[int, Meta(ge=0, le=1_000)] = 4


class TryOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a try-out. `state`: as the step before gave it, null at the start."""

    flow: Flow
    move: Move
    state: dict[str, Any] | None = None


class Key(Struct, frozen=True, kw_only=True):
    digit: str
    label: str


class Heard(Struct, frozen=True, kw_only=True):
    """One line of the story. `kind`: say, ask, queue, call_back, voicemail, music, recording, rate, hang_up.

    `source` of a sentence: where its sound comes from (`tts` also when it has yet to be made), `general` when the
    house's own sentence is heard in its place.
    """

    kind: str
    text: str = ""
    prompt: str = ""
    locale: str = ""
    source: str = ""
    queue_id: str = ""
    value: str = ""
    keys: list[Key] = []


class Tried(Struct, frozen=True, kw_only=True):
    """What the caller hears and what happens, and where they stand now. `moves`: what may come next."""

    state: dict[str, Any]
    stage: str
    heard: list[Heard]
    moves: list[Kind]


_MOVES: dict[str, list[Kind]] = {
    "consent": ["key", "nothing"], "menu": ["key", "nothing"], "refused": ["key", "nothing"],
    "closed": ["key", "nothing"], "rating": ["key", "nothing"], "queueing": ["queued", "refused"],
    "queued": ["position", "wait", "key", "answered"], "calling_back": ["kept", "refused"], "recording": ["recorded"],
    "talking": ["ended", "queued"],
}  # fmt: skip


def try_out(asked: TryOut, prompts: Prompts, rule: w.RecordingRule) -> Tried:
    """Make one move of a caller where `rule` says what is recorded. Raises `Problem` (400) for a state that is none."""
    try:
        state = msgspec.convert(asked.state or {}, w.State)
    except msgspec.ValidationError as error:
        raise Problem("validation", 400, errors=[{"field": "state", "code": "invalid"}]) from error
    if asked.move.kind == "wait":
        state.since += MINUTE_MS
    now = state.since + 10_000
    state, acts = step(asked.flow, state, _input(asked.move, state, now, rule))
    heard = [one for act in acts if (one := _heard(act, prompts)) is not None]
    for _ in range(10):  # what was said is over, unless a key is waited for
        if not state.playing or state.collect:
            break
        state, acts = step(asked.flow, state, w.PlaybackEnded(at=now, say_id=state.playing))
        heard += [one for act in acts if (one := _heard(act, prompts)) is not None]
    return Tried(state=msgspec.to_builtins(state), stage=state.stage, heard=heard, moves=_MOVES.get(state.stage, []))


def _input(move: Move, state: w.State, now: int, rule: w.RecordingRule) -> w.Input:
    high = move.minutes * MINUTE_MS
    inputs: dict[str, w.Input] = {
        "start": w.Started(at=now, locale=move.locale, recording=rule),
        "start_closed": w.Started(at=now, locale=move.locale, open=False, recording=rule),
        "key": w.Digits(at=now, keys=move.key, collect_id=state.collect),
        "nothing": w.Digits(at=now, collect_id=state.collect),
        "queued": w.Queued(at=now),
        "position": w.Position(at=now, position=move.position, low_ms=high // 2, high_ms=high),
        "refused": w.Refused(at=now, code="queue_full", alternatives=("scheduled_call_back", "message")),
        "answered": w.Answered(at=now),
        "ended": w.Ended(at=now),
        "kept": w.Kept(at=now),
        "recorded": w.Recorded(at=now, ms=5_000),
        "wait": w.Tick(at=now + 11 * MINUTE_MS),
    }
    return inputs[move.kind]


def _heard(act: w.Act, prompts: Prompts) -> Heard | None:
    match act:
        case w.Say():
            text = prompts.words(act.locale, act.key, act.text, **act.values)
            keys = [Key(digit=one.digit, label=one.label) for one in act.keys]
            source = prompts.source(act.locale, text)
            return Heard(kind="say", text=text, prompt=act.key, locale=act.locale, source=source, keys=keys)
        case w.Collect():
            return Heard(kind="ask")
        case w.Queue():
            return Heard(kind="queue", queue_id=act.queue_id, value=", ".join(act.attributes.values()))
        case w.CallBack():
            return Heard(kind="call_back", queue_id=act.queue_id, value="booked" if act.booked else "")
        case w.Voicemail():
            return Heard(kind="voicemail", queue_id=act.queue_id)
        case w.Music():
            return Heard(kind="music", prompt=act.prompt)
        case w.Recording():
            return Heard(kind="recording", value="yes" if act.allowed else "no")
        case w.Rate():
            return Heard(kind="rate", value=str(act.score))
        case w.HangUp():
            return Heard(kind="hang_up", value=act.why)
    return None
