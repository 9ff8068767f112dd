"""Taking a code by key, as a pure machine: what is said, what counts, how it ends."""

from __future__ import annotations

import pytest

from rexian.channels.voice.reception.codes import (
    LATE_KEYS_MS,
    Act,
    Entry,
    Hush,
    Late,
    Over,
    Pressed,
    Say,
    Saying,
    Stop,
    shown,
    start,
    take,
)
from rexian.directory.reception.model import Code

WAIT = 10_000


class Play:
    """One caller at one code; time goes on by hand. What is said takes two seconds."""

    def __init__(self, **code: object) -> None:
        self.code = Code(**{"id": "card", "title": "卡号", "least": 4, "most": 6} | code)  # type: ignore[arg-type]
        self.now = 1_000_000
        self.said: list[str] = []
        self.hushed = 0
        self.over = False
        self.entry, acts = start(self.code, self.now)
        self._do(acts)

    def _do(self, acts: list[Act]) -> None:
        for act in acts:
            if isinstance(act, Say):
                self.said.append(act.key)
                self._do(take(self.code, self.entry, Saying(self.now, 2_000)))
            self.hushed += isinstance(act, Hush)
            self.over = self.over or isinstance(act, Over)

    def press(self, keys: str) -> None:
        for key in keys:
            self.now += 300
            self._do(take(self.code, self.entry, Pressed(self.now, key)))

    def wait(self) -> None:
        """Until something is due."""
        self.now = max(self.now, self.entry.due)
        self._do(take(self.code, self.entry, Late(self.now)))

    @property
    def result(self) -> tuple[str, str]:
        return self.entry.outcome, self.entry.digits


@pytest.mark.parametrize(("keys", "digits"), [("1234#", "1234"), ("123456", "123456"), ("12*98765#", "98765")])
def test_digits_until_the_end_key_or_the_last(keys: str, digits: str) -> None:
    play = Play()
    play.press(keys)
    assert play.said == ["code", "code_thanks"]
    assert play.hushed == 1, "a key stops the words, once"
    assert not play.over, "late keys must not be heard"
    play.wait()
    assert play.over
    assert play.result == ("done", digits)


def test_no_more_keys_end_it_when_there_are_enough() -> None:
    play = Play(end_key="")
    play.press("12#34")
    play.wait()
    play.wait()
    assert play.result == ("done", "1234")


def test_too_few_are_asked_for_once_more() -> None:
    play = Play()
    play.press("12#")
    assert play.said == ["code", "code_again"]
    assert play.entry.digits == ""
    play.press("1234#")
    play.wait()
    assert play.result == ("done", "1234")


@pytest.mark.parametrize("end", ["#", ""])
def test_too_few_twice_end_it(end: str) -> None:
    play = Play()
    for _ in range(2):
        play.press("12" + end)
        if not end:
            play.wait()
    assert play.said == ["code", "code_again", "code_over"]
    play.wait()
    assert play.over
    assert play.result == ("too_few", "")


def test_silence_ends_it_after_the_words_and_the_wait() -> None:
    play = Play()
    began = play.now
    play.wait()
    assert play.now == began + 2_000 + WAIT
    assert play.said == ["code", "code_over"]
    play.wait()
    assert play.result == ("timeout", "")


def test_keys_after_the_last_keep_them_apart() -> None:
    """A card has more digits than was thought: the rest must reach nobody's ears."""
    play = Play()
    play.press("123456")
    play.now += 2_500
    play.press("7")
    due = play.entry.due
    assert due >= play.now + LATE_KEYS_MS
    play.wait()
    assert play.result == ("done", "123456")


def test_a_look_at_the_clock_too_early_does_nothing() -> None:
    play = Play()
    play._do(take(play.code, play.entry, Late(play.entry.due - 1)))
    assert play.said == ["code"]


def test_it_is_stopped_at_any_moment_and_then_takes_nothing() -> None:
    play = Play()
    play.press("123")
    play._do(take(play.code, play.entry, Stop("cancelled")))
    assert play.over
    play.press("456#")
    play._do(take(play.code, play.entry, Stop("lost")))
    assert play.entry.outcome == "cancelled"


@pytest.mark.parametrize(
    ("how", "digits", "seen"),
    [("nothing", "123456", ""), ("last4", "123456", "3456"), ("last4", "1234", ""), ("all", "123456", "123456")],
)
def test_the_agent_sees_what_the_code_allows(how: str, digits: str, seen: str) -> None:
    assert shown(Play(shown=how).code, digits) == seen


def test_nothing_that_is_printed_has_the_digits() -> None:
    play = Play()
    play.press("98765")
    entry: Entry = play.entry
    assert "9" not in repr(entry).replace(str(entry.due), "")
    assert repr(Pressed(1, "9")) == "Pressed(at=1)"
