"""What those who wait are told: their place, how long it takes (as a range), and what they may do instead."""

from __future__ import annotations

from collections.abc import Iterator

from rexian.channels.voice.reception.menus import spoken_key
from rexian.channels.voice.reception.model import Flow
from rexian.channels.voice.reception.words import KeyLabel, Position, State
from rexian.kit.i18n import t

MINUTE_MS = 60_000
Sentence = tuple[str, dict[str, int | str]]


def announcement(flow: Flow, state: State) -> list[Sentence]:
    """The sentences of one announcement, as prompt keys with their values; never empty."""
    form, place = flow.queueing, state.position
    said: list[Sentence] = [("still_waiting" if state.greeted else "queued", {})]
    if place is not None and form.say_position and place.position > 0:
        said.append(("position", {"n": place.position}))
    if place is not None and form.say_wait and place.high_ms > 0:
        said.append(_wait(place))
    return [*said, *_offers(flow, state.locale)]


def _wait(place: Position) -> Sentence:
    """The wait in whole minutes: rounded down below, up above, so that the range is kept to."""
    low, high = place.low_ms // MINUTE_MS, -(-place.high_ms // MINUTE_MS)
    if high <= 1:
        return "wait_under_one", {}
    if low < 1:
        return "wait_under", {"n": high}
    return ("wait_about", {"n": low}) if low == high else ("wait", {"low": low, "high": high})


def _offers(flow: Flow, locale: str) -> Iterator[Sentence]:
    form = flow.queueing
    for name, key in (("call_back_offer", form.call_back_key), ("voicemail_offer", form.voicemail_key)):
        if key:
            yield name, {"digit": spoken_key(key, locale)}


def offers_while_waiting(flow: Flow, locale: str) -> tuple[KeyLabel, ...]:
    """The keys that do something in the line."""
    form = flow.queueing
    pairs = ((form.call_back_key, "call_back"), (form.voicemail_key, "voicemail"))
    return tuple(KeyLabel(key, t(locale, f"prompts.key.{name}")) for key, name in pairs if key)
