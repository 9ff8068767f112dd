"""The machine that receives a caller: pure, without clock, sockets or sound (sans-I/O).

`step(flow, state, input)` returns the next state and what is to be done. Nobody gets stuck: two wrong or missing keys
lead to a person, key 0 does at once, and where no person can be had a call-back or a recording is offered. What is
being said is never cut off by an announcement.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from rexian.channels.voice.reception.line import MISSES, Line
from rexian.channels.voice.reception.menus import menu_keys, menu_text
from rexian.channels.voice.reception.model import PERSON_KEY, Flow, Menu, Target
from rexian.channels.voice.reception.words import (
    Act,
    Answered,
    Consented,
    Digits,
    Down,
    Ended,
    Input,
    Kept,
    KeyLabel,
    PlaybackEnded,
    Position,
    Queued,
    Quiet,
    Rate,
    Recorded,
    Recording,
    Refused,
    Resumed,
    Started,
    State,
    Tick,
    Voicemail,
)
from rexian.kit.i18n import t

REPEATS = 5
STUCK_MS = 180_000
"""No sentence and no answer takes longer: what didn't come by then was lost, and we go on."""
YES, NO = "1", "2"


def step(flow: Flow, state: State, input: Input) -> tuple[State, tuple[Act, ...]]:
    """Take one input. The state that was given is left as it is."""
    walk = _Walk(flow, msgspec.structs.replace(state), input.at)
    if state.stage != "over":
        _HANDLERS[type(input)](walk, input)
    return walk.state, tuple(walk.acts)


class _Walk(Line):
    """One step, from the greeting to the rating."""

    # -- the beginning -------------------------------------------------------------------------------------------------
    def started(self, input: Started) -> None:
        state = self.state
        state.locale = "en" if input.locale == "en" else "zh-CN"
        state.number, state.recording, state.open = input.number, input.recording, input.open
        state.queue_id, state.attributes = input.queue_id, dict(input.attributes)
        if isinstance(input, Resumed):
            self._resumed(input)
            return
        self.say("greeting", self.flow.greeting)
        self.note("prompt", "greeting", "said")
        self._open_or_closed()

    def _resumed(self, input: Resumed) -> None:
        """After a break nothing is known but what the floor knows.

        In the menu consent is asked again; later the answer counts that the journal has, and none is a no.
        """
        if input.stage == "talking":
            self.state.stage = "talking"
        elif input.stage == "ended":
            self.ended(Ended(at=self.at))
        else:
            self.say("cut_sorry")
            if input.stage == "queued":
                self.queued(Queued(at=self.at))
            else:
                self._open_or_closed()

    def _open_or_closed(self) -> None:
        if not self.state.open:
            self.closed()
            return
        rule = self.state.recording
        if rule == "prompt":
            self._ask_consent()
            return
        if rule == "always":
            self.say("recording_consent", self.flow.consent.notice)
        self.acts.append(Recording(allowed=rule == "always"))
        self._to_first()

    def _ask_consent(self) -> None:
        self.state.stage = "consent"
        locale = self.state.locale
        keys = tuple(KeyLabel(key, t(locale, f"prompts.key.{name}")) for key, name in ((YES, "yes"), (NO, "no")))
        self.say("recording_ask", self.flow.consent.question, keys)
        self.collect()

    def consented(self, input: Consented) -> None:
        if self.state.stage != "consent":
            return
        self.state.collect, self.state.misses = "", 0
        self.say("recording_on" if input.on else "recording_off")
        self.note("choice", "consent", "yes" if input.on else "no")
        self.acts.append(Recording(allowed=input.on))
        self._to_first()

    def _to_first(self) -> None:
        first = self.flow.menu(self.flow.first)
        if self.state.queue_id:
            self.to_queue(self.state.queue_id)
        elif first is not None:
            self._menu(first)
        else:
            self.to_person("")

    # -- menus ---------------------------------------------------------------------------------------------------------
    def _menu(self, menu: Menu, *, again: bool = False) -> None:
        state = self.state
        state.stage, state.menu = "menu", menu.id
        if not again:
            state.misses = state.repeats = 0
        locale = state.locale
        text = menu_text(menu, locale)
        self.say(f"menu.{menu.id}", menu.speech, menu_keys(menu, locale), text=text)
        self.note("prompt", f"menu.{menu.id}", "said")
        self.collect(menu.timeout_s * 1000)

    def _chosen(self, keys: str) -> None:
        menu = self.flow.menu(self.state.menu)
        if menu is None:  # published anew meanwhile, without it
            self.to_person("menu_gone")
            return
        option = next((one for one in menu.options if one.key == keys), None)
        if option is not None:
            self.note("choice", f"menu.{menu.id}", f"{option.key}:{option.to.kind}")
            self._follow(option.to, menu)
        elif keys == PERSON_KEY:
            self.note("choice", f"menu.{menu.id}", "0:person")
            self.to_person("")
        elif keys == "*" and self.state.repeats < REPEATS:
            self.state.repeats += 1
            self._menu(menu, again=True)
        else:
            self._missed(menu, bool(keys))

    def _missed(self, menu: Menu, wrong: bool) -> None:
        self.state.misses += 1
        self.note("choice", f"menu.{menu.id}", "wrong" if wrong else "nothing")
        if self.state.misses < MISSES:
            if wrong:
                self.say("invalid_key")
            self._menu(menu, again=True)
        elif menu.timeout_to is not None and not wrong and menu.timeout_to.kind != "repeat":
            self._follow(menu.timeout_to, menu)
        else:
            self.to_person("no_choice")

    def _follow(self, to: Target, menu: Menu) -> None:
        if to.kind == "queue":
            self.to_queue(to.queue_id, to.needs, to.attributes)
        elif to.kind == "menu" and (found := self.flow.menu(to.menu)) is not None:
            self._menu(found)
        elif to.kind == "call_back":
            self.call_back(self.flow.person)
        elif to.kind == "voicemail":
            self.voicemail(self.flow.person)
        elif to.kind == "repeat" and self.state.repeats < REPEATS:
            self.state.repeats += 1
            self._menu(menu, again=True)
        elif to.kind == "language" and to.locale:
            self.state.locale = to.locale
            self.state.attributes = {**self.state.attributes, "language": to.locale}
            self._menu(menu)
        else:
            self.to_person("")

    # -- talk and after ------------------------------------------------------------------------------------------------
    def answered(self, input: Answered) -> None:
        self.state.stage, self.state.playing, self.state.collect = "talking", "", ""
        self.acts.append(Quiet())

    def ended(self, input: Ended) -> None:
        state = self.state
        if input.by == "customer":
            self.down(Down(at=self.at))
        elif state.stage in {"leaving", "rating", "recording", "voicemail"}:
            return  # it goes on to its own end
        elif state.stage == "talking" and self.flow.rating.on:
            state.misses = 0
            self._ask_rating()
        else:
            self.say("goodbye")
            self.leave("over")

    def _ask_rating(self) -> None:
        self.state.stage = "rating"
        keys = tuple(KeyLabel(str(score), t(self.state.locale, f"prompts.score.{score}")) for score in range(1, 6))
        self.say("rate_intro", self.flow.rating.speech, keys)
        self.collect()

    def _rated(self, keys: str) -> None:
        if keys in {"1", "2", "3", "4", "5"}:
            self.acts.append(Rate(score=int(keys)))
            self.note("choice", "rating", keys)
            self.say("rate_thanks")
            self.leave("rated")
            return
        self.state.misses += 1
        self.note("choice", "rating", "wrong" if keys else "nothing")
        if keys and self.state.misses < MISSES:
            self.say("invalid_key")
            self._ask_rating()
        else:
            self.say("goodbye")
            self.leave("over")

    # -- what comes from the line --------------------------------------------------------------------------------------
    def digits(self, input: Digits) -> None:
        state = self.state
        if state.stage == "queued":
            self.key_while_waiting(input.keys[:1])
            return
        if not state.collect or input.collect_id not in {"", state.collect}:
            return  # an answer to something that is over
        if not input.collect_id and not input.keys:
            return
        state.collect = state.playing = ""
        self._answered_by(input.keys)

    def _answered_by(self, keys: str) -> None:
        stage = self.state.stage
        if stage == "consent":
            self._consent_by(keys)
        elif stage == "menu":
            self._chosen(keys)
        elif stage in {"refused", "closed"}:
            self.offer_chosen(keys)
        elif stage == "rating":
            self._rated(keys)

    def _consent_by(self, keys: str) -> None:
        if keys not in {YES, NO} and self.state.misses + 1 < MISSES:
            self.state.misses += 1
            if keys:
                self.say("invalid_key")
            self._ask_consent()
        else:  # silence is no consent
            self.consented(Consented(at=self.at, on=keys == YES))

    def playback_ended(self, input: PlaybackEnded) -> None:
        state = self.state
        if input.say_id != state.playing:
            return
        state.playing = ""
        if state.stage == "leaving":
            self.go()
        elif state.stage == "voicemail":
            state.stage = "recording"
            state.since = self.at
            self.acts.append(Voicemail(queue_id=state.queue_id, queued=state.was_queued))
        elif state.stage in {"queued", "queueing"}:
            self.music()
            self.announce_if_due()

    def tick(self, input: Tick) -> None:
        state = self.state
        if state.playing and self.at - state.since >= STUCK_MS:
            self.playback_ended(PlaybackEnded(at=self.at, say_id=state.playing))
        elif state.collect and self.at - state.since >= STUCK_MS:
            self.digits(Digits(at=self.at, collect_id=state.collect))
        elif state.stage == "recording" and self.at - state.since >= STUCK_MS:
            self.recorded(Recorded(at=self.at))
        else:
            self.announce_if_due()

    def down(self, input: Down) -> None:
        self.state.stage, self.state.playing, self.state.collect = "over", "", ""


_HANDLERS: dict[type, Callable[[_Walk, Any], None]] = {
    Started: _Walk.started,
    Resumed: _Walk.started,
    Consented: _Walk.consented,
    Digits: _Walk.digits,
    PlaybackEnded: _Walk.playback_ended,
    Queued: _Walk.queued,
    Refused: _Walk.refused,
    Position: _Walk.position,
    Kept: _Walk.kept,
    Recorded: _Walk.recorded,
    Answered: _Walk.answered,
    Ended: _Walk.ended,
    Tick: _Walk.tick,
    Down: _Walk.down,
}
