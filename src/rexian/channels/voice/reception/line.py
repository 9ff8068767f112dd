"""Callers in the line, and those for whom there is no room in it: announcements, call-backs, recordings."""

from __future__ import annotations

from rexian.channels.voice.reception.announcing import announcement, offers_while_waiting
from rexian.channels.voice.reception.model import PERSON_KEY, Flow, Speech
from rexian.channels.voice.reception.words import (
    Act,
    CallBack,
    Collect,
    HangUp,
    Kept,
    KeyLabel,
    Music,
    Note,
    NoteKind,
    Position,
    Queue,
    Queued,
    Recorded,
    Refused,
    Say,
    State,
)
from rexian.kit.i18n import t

MISSES = 2
FIRST_POSITION_MS = 2_000
"""So long the first announcement waits for the position to be known."""
CALL_BACK_KEY, VOICEMAIL_KEY = "1", "2"


class Speaking:
    """One step under way: the state as it becomes, and the acts so far."""

    def __init__(self, flow: Flow, state: State, at: int) -> None:
        self.flow = flow
        self.state = state
        self.at = at
        self.acts: list[Act] = []

    # -- the little words ----------------------------------------------------------------------------------------------
    def new_id(self, letter: str) -> str:
        self.state.count += 1
        return f"{letter}{self.state.count}"

    def say(
        self, key: str, speech: Speech | None = None, keys: tuple[KeyLabel, ...] = (), *, text: str = "",
        values: dict[str, int | str] | None = None,
    ) -> None:  # fmt: skip
        """Say a prompt, in the tenant's words if there are any; what it gave as a file of its own goes before."""
        locale = self.state.locale
        words = (speech.in_(locale) if speech else "") or text
        key = (speech.prompt if speech else "") or key
        one = Say(id=self.new_id("p"), key=key, locale=locale, text=words, values=values or {}, keys=keys)
        self.state.playing, self.state.since = one.id, self.at
        self.acts.append(one)

    def collect(self, first_ms: int = 6_000) -> None:
        self.state.collect, self.state.since = self.new_id("k"), self.at
        self.acts.append(Collect(id=self.state.collect, first_ms=first_ms))

    def note(self, kind: NoteKind, node: str, value: str) -> None:
        self.acts.append(Note(kind=kind, node=node[:64], value=value[:64]))

    def leave(self, why: str) -> None:
        """Hang up when the last sentence has been said."""
        self.state.stage, self.state.leaving = "leaving", why
        self.state.collect = ""
        if not self.state.playing:
            self.go()

    def go(self) -> None:
        self.state.stage = "over"
        self.acts.append(HangUp(why=self.state.leaving or "over"))


class Line(Speaking):
    """What happens between the menu and the agent."""

    def to_person(self, why: str) -> None:
        if why:
            self.note("note", "person", why)
        self.say("to_person")
        self.to_queue(self.flow.person, said=True)

    # -- the line ------------------------------------------------------------------------------------------------------
    def to_queue(
        self, queue_id: str, needs: dict[str, int] | None = None, attributes: dict[str, str] | None = None, *,
        said: bool = False,
    ) -> None:  # fmt: skip
        state = self.state
        if not said:
            self.say("connecting")
        state.stage, state.collect = "queueing", ""
        state.queue_id, state.needs = queue_id, dict(needs or {})
        state.attributes = {**state.attributes, **(attributes or {})}
        self.acts.append(Queue(queue_id=queue_id, needs=state.needs, attributes=state.attributes))

    def queued(self, input: Queued) -> None:
        state = self.state
        if state.stage == "queued":
            return
        if state.stage == "talking":  # the agent was lost, and the caller keeps the place
            self.say("agent_left")
        state.stage, state.queued_at, state.announced_at, state.collect = "queued", self.at, 0, ""
        state.position = None
        if not state.playing:
            self.music()

    def position(self, input: Position) -> None:
        self.state.position = input
        self.announce_if_due()

    def announce_if_due(self) -> None:
        state = self.state
        if state.stage != "queued" or state.playing:
            return
        if state.announced_at:
            due = self.at - state.announced_at >= max(15, self.flow.queueing.announce_every_s) * 1000
        else:
            due = state.position is not None or self.at - state.queued_at >= FIRST_POSITION_MS
        if due:
            self.announce()

    def announce(self) -> None:
        state = self.state
        keys = offers_while_waiting(self.flow, state.locale)
        for key, values in announcement(self.flow, state):
            self.say(key, None, keys, values=values)
        state.announced_at, state.greeted = self.at, True

    def music(self) -> None:
        self.acts.append(Music(prompt=self.flow.queueing.music))

    def key_while_waiting(self, key: str) -> None:
        form = self.flow.queueing
        if key and key == form.call_back_key:
            self.note("choice", "queue", "call_back")
            self.call_back(self.state.queue_id, queued=True)
        elif key and key == form.voicemail_key:
            self.note("choice", "queue", "voicemail")
            self.voicemail(self.state.queue_id)
        elif not self.state.playing:  # any other key: say where they stand, at most one after the other
            self.announce()

    # -- no room, or nobody there --------------------------------------------------------------------------------------
    def refused(self, input: Refused) -> None:
        state = self.state
        if state.stage == "calling_back":
            self._call_back_refused()
            return
        if state.stage != "queueing":
            return
        state.stage, state.offers, state.misses = "refused", tuple(input.alternatives), 0
        self.note("note", "refused", input.code)
        if not self._can_call_back() and not self._can_leave_words():
            self.say("all_busy")
            self._give_up()
            return
        self.say("wait_too_long" if input.code == "wait_too_long" else "all_busy")
        self._offer()

    def _offer(self) -> None:
        """Name what can be had instead of a person now, and take a key."""
        pairs = [("call_back", CALL_BACK_KEY)] if self._can_call_back() else []
        pairs += [("voicemail", VOICEMAIL_KEY)] if self._can_leave_words() else []
        locale = self.state.locale
        keys = tuple(KeyLabel(key, t(locale, f"prompts.key.{name}")) for name, key in pairs)
        for name, key in pairs:
            self.say(f"{name}_offer", None, keys, values={"digit": key})
        self.collect()

    def _can_call_back(self) -> bool:
        if self.state.stage == "closed":
            return self.flow.closed.call_back
        return bool({"call_back", "scheduled_call_back"} & set(self.state.offers))

    def _can_leave_words(self) -> bool:
        return self.flow.closed.voicemail if self.state.stage == "closed" else "message" in self.state.offers

    def closed(self) -> None:
        self.state.stage, self.state.misses = "closed", 0
        self.state.queue_id = self.state.queue_id or self.flow.person
        self.say("closed", self.flow.closed.speech)
        self.note("prompt", "closed", "said")
        if self._can_call_back() or self._can_leave_words():
            self._offer()
        else:
            self.say("goodbye")
            self.leave("closed")

    def offer_chosen(self, keys: str) -> None:
        state = self.state
        booked = state.stage == "closed" or "call_back" not in state.offers
        wants_person = keys == PERSON_KEY
        if self._can_call_back() and (keys == CALL_BACK_KEY or wants_person):
            self.note("choice", state.stage, "call_back")
            self.call_back(state.queue_id, booked=booked)
        elif self._can_leave_words() and (keys == VOICEMAIL_KEY or wants_person):
            self.note("choice", state.stage, "voicemail")
            self.voicemail(state.queue_id)
        else:
            self._offer_missed(bool(keys))

    def _offer_missed(self, wrong: bool) -> None:
        state = self.state
        state.misses += 1
        self.note("choice", state.stage, "wrong" if wrong else "nothing")
        if state.misses < MISSES:
            if wrong:
                self.say("invalid_key")
            self._offer()
        elif state.stage == "refused" and not state.retried:  # perhaps there is room by now
            state.retried = True
            self.say("try_again")
            self.to_queue(state.queue_id, state.needs, said=True)
        elif self._can_call_back() and state.number:
            self.call_back(state.queue_id, booked=True)
        else:
            self._give_up()

    def _give_up(self) -> None:
        self.say("goodbye")
        self.note("note", self.state.stage, "given_up")
        self.leave("closed" if self.state.stage == "closed" else "given_up")

    # -- call-back and voicemail ---------------------------------------------------------------------------------------
    def call_back(self, queue_id: str, *, queued: bool = False, booked: bool = False) -> None:
        state = self.state
        state.stage, state.collect, state.was_queued, state.queue_id = "calling_back", "", queued, queue_id
        self.acts.append(CallBack(queue_id=queue_id, queued=queued, booked=booked, attributes=state.attributes))

    def kept(self, input: Kept) -> None:
        if self.state.stage != "calling_back":
            return
        if self.state.number:
            self.say("call_back_confirmed", values={"number": self.state.number})
        else:
            self.say("call_back_here")
        self.leave("call_back")

    def _call_back_refused(self) -> None:
        state = self.state
        self.note("note", "call_back", "refused")
        if state.was_queued:  # they are still in the line
            state.stage = "queued"
            self.announce()
        elif state.open and not state.retried:
            state.retried = True
            self.to_person("call_back_refused")
        else:
            self.voicemail(state.queue_id)

    def voicemail(self, queue_id: str) -> None:
        state = self.state
        state.was_queued = state.stage == "queued"
        state.stage, state.collect, state.queue_id = "voicemail", "", queue_id
        self.say("voicemail_intro")

    def recorded(self, input: Recorded) -> None:
        if self.state.stage != "recording":
            return
        self.note("note", "voicemail", "saved" if input.ms else "empty")
        if input.taken:  # music until the agent's line is up
            self.state.stage, self.state.announced_at = "queued", self.at
            self.music()
        elif input.ms:
            self.say("voicemail_saved")
            self.leave("voicemail")
        elif self.state.was_queued:  # nothing was said, or it could not be kept: their place was
            self.state.stage = "queued"
            self.announce()
        else:
            self.say("goodbye")
            self.leave("over")
