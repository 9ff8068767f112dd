"""A caller is received: by the flow, by keys, and never into a dead end."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rexian.channels.voice.reception import words as w
from rexian.channels.voice.reception.interpreter import step
from rexian.channels.voice.reception.model import Closed, Consent, Flow, Menu, Option, Queueing, Rating, Speech, Target

PERSON, REPAIR, BILL = "q-person", "q-repair", "q-bill"


def queue(id: str, **attributes: str) -> Target:
    return Target(kind="queue", queue_id=id, attributes=attributes)


def menu(id: str = "main", **more: Any) -> Menu:
    options = more.pop("options", None) or (
        Option(key="1", label="维修", label_en="Repairs", to=queue(REPAIR, topic="repair")),
        Option(key="2", label="更多", label_en="More", to=Target(kind="menu", menu="more")),
        Option(key="9", label="English", to=Target(kind="language", locale="en")),
    )
    return Menu(id=id, name=id, options=options, **more)


MORE = menu("more", options=(Option(key="1", label="账单", label_en="Bills", to=queue(BILL)),))
FLOW = Flow(person=PERSON, first="main", menus=(menu(), MORE), greeting=Speech(text="您好，这里是云杉。"))

CONSENT = Consent(notice=Speech(text="通话有录音。"), question=Speech(text="可以录音吗？"))


class Caller:
    """Walks through a flow; sentences are said at once unless `slow`."""

    def __init__(self, flow: Flow = FLOW) -> None:
        self.flow, self.state, self.now, self.slow = flow, w.State(), 1_000_000, False
        self.acts: list[w.Act] = []

    def put(self, input: w.Input) -> list[w.Act]:
        self.state, acts = step(self.flow, self.state, msgspec.structs.replace(input, at=self.now))
        self.acts += acts
        said = [act for act in acts if isinstance(act, w.Say)]
        if said and not self.slow and not self.state.collect:
            return [*acts, *self.put(w.PlaybackEnded(say_id=said[-1].id))]
        return list(acts)

    def start(self, **more: Any) -> list[w.Act]:
        return self.put(w.Started(**{"recording": "always"} | more))

    def press(self, key: str) -> list[w.Act]:
        return self.put(w.Digits(keys=key, collect_id=self.state.collect))

    def wait(self, ms: int) -> list[w.Act]:
        self.now += ms
        return self.put(w.Tick())


def keys_of(acts: list[w.Act]) -> list[str]:
    return [act.key for act in acts if isinstance(act, w.Say)]


def only(acts: list[w.Act], kind: type[Any]) -> Any:
    found = [act for act in acts if isinstance(act, kind)]
    assert len(found) == 1, acts
    return found[0]


def queued(**more: Any) -> Caller:
    caller = Caller(Flow(person=PERSON, **more))
    caller.start()
    caller.put(w.Queued())
    return caller


def test_a_caller_is_greeted_told_of_the_recording_and_asked() -> None:
    acts = Caller().start()
    assert keys_of(acts) == ["greeting", "recording_consent", "menu.main"]
    said = [act for act in acts if isinstance(act, w.Say)]
    assert said[0].text == "您好，这里是云杉。"
    assert said[2].text == "维修，请按 1。更多，请按 2。English，请按 9。人工服务，请按 0。重听，请按 星号键。"
    assert [one.digit for one in said[2].keys] == ["1", "2", "9", "0", "*"]
    assert only(acts, w.Recording).allowed
    assert only(acts, w.Collect).first_ms == 6_000


def test_a_key_leads_to_its_queue_with_what_the_option_knows() -> None:
    caller = Caller()
    caller.start(attributes={"region": "滨海区"})
    acts = caller.press("1")
    order = only(acts, w.Queue)
    assert (order.queue_id, order.attributes) == (REPAIR, {"region": "滨海区", "topic": "repair"})
    assert w.Note(kind="choice", node="menu.main", value="1:queue") in acts


def test_a_menu_leads_to_the_next_and_back_to_a_person() -> None:
    caller = Caller()
    caller.start()
    assert keys_of(caller.press("2")) == ["menu.more"]
    assert only(caller.press("0"), w.Queue).queue_id == PERSON


def test_the_language_is_changed_by_key_and_goes_along() -> None:
    caller = Caller()
    caller.start()
    said = only(caller.press("9"), w.Say)
    assert (said.locale, said.text[:17]) == ("en", "Repairs: press 1.")
    assert [one.digit for one in said.keys] == ["1", "2", "0", "*"]  # what is spoken already isn't offered
    assert only(caller.press("1"), w.Queue).attributes["language"] == "en"


@pytest.mark.parametrize("keys", [("7", "7"), ("", ""), ("7", ""), ("", "#")])
def test_two_wrong_or_missing_keys_lead_to_a_person(keys: tuple[str, str]) -> None:
    caller = Caller()
    caller.start()
    first = caller.press(keys[0])
    assert keys_of(first) == (["invalid_key", "menu.main"] if keys[0] else ["menu.main"])
    second = caller.press(keys[1])
    assert keys_of(second) == ["to_person"]
    assert only(second, w.Queue).queue_id == PERSON


def test_a_menu_may_send_the_silent_elsewhere() -> None:
    flow = msgspec.structs.replace(FLOW, menus=(menu(timeout_to=queue(BILL)), MORE))
    caller = Caller(flow)
    caller.start()
    caller.press("")
    assert only(caller.press(""), w.Queue).queue_id == BILL


def test_star_says_the_menu_again_and_not_for_ever() -> None:
    caller = Caller()
    caller.start()
    for _ in range(5):
        assert keys_of(caller.press("*")) == ["menu.main"]
    caller.press("*")
    assert only(caller.press("*"), w.Queue).queue_id == PERSON


def test_who_chose_in_the_page_already_isn_t_asked_again() -> None:
    acts = Caller().start(queue_id=BILL)
    assert keys_of(acts)[-1] == "connecting"
    assert only(acts, w.Queue).queue_id == BILL


@pytest.mark.parametrize(("answer", "allowed"), [("1", True), ("2", False), ("", False)])
def test_consent_is_asked_where_the_rule_wants_it_and_silence_is_none(answer: str, allowed: bool) -> None:
    caller = Caller(msgspec.structs.replace(FLOW, consent=CONSENT))
    acts = caller.start(recording="prompt")
    assert keys_of(acts) == ["greeting", "recording_ask"]
    assert [act.text for act in acts if isinstance(act, w.Say)][1] == "可以录音吗？"
    acts = caller.press(answer)
    if not answer:
        acts = caller.press("")
    assert only(acts, w.Recording).allowed is allowed
    assert keys_of(acts)[-1] == "menu.main"


def test_the_notice_is_in_the_words_of_the_company() -> None:
    acts = Caller(msgspec.structs.replace(FLOW, consent=CONSENT)).start(recording="always")
    assert next(act.text for act in acts if isinstance(act, w.Say) and act.key == "recording_consent") == "通话有录音。"


def test_consent_may_be_given_in_the_page() -> None:
    caller = Caller()
    caller.start(recording="prompt")
    assert only(caller.put(w.Consented(on=True)), w.Recording).allowed
    assert caller.press("1")


def test_never_recorded_is_not_spoken_of() -> None:
    acts = Caller(msgspec.structs.replace(FLOW, consent=CONSENT)).start(recording="never")
    assert "recording_consent" not in keys_of(acts)
    assert not only(acts, w.Recording).allowed


# -- the line ----------------------------------------------------------------------------------------------------------
def test_those_who_wait_hear_place_range_and_offers_at_once_and_then_on_a_beat() -> None:
    caller = queued(queueing=Queueing(announce_every_s=30))
    acts = caller.put(w.Position(position=3, of=5, low_ms=100_000, high_ms=250_000))
    assert keys_of(acts) == ["queued", "position", "wait", "call_back_offer", "voicemail_offer"]
    said = {act.key: act.values for act in acts if isinstance(act, w.Say)}
    assert said["position"] == {"n": 3}
    assert said["wait"] == {"low": 1, "high": 5}
    assert isinstance(acts[-1], w.Music)
    assert keys_of(caller.wait(29_000)) == []
    assert keys_of(caller.wait(1_000))[0] == "still_waiting"


@pytest.mark.parametrize(
    ("low", "high", "key", "values"),
    [
        (0, 50_000, "wait_under_one", {}),
        (20_000, 200_000, "wait_under", {"n": 4}),
        (120_000, 120_000, "wait_about", {"n": 2}),
        (6_300_000, 7_200_000, "wait", {"low": 105, "high": 120}),
    ],
)
def test_the_range_of_the_wait_is_kept_to(low: int, high: int, key: str, values: dict[str, int]) -> None:
    acts = queued().put(w.Position(position=1, low_ms=low, high_ms=high))
    said = next(act for act in acts if isinstance(act, w.Say) and act.key.startswith("wait"))
    assert (said.key, said.values) == (key, values)


def test_an_unknown_wait_is_not_made_up() -> None:
    caller = queued()
    assert keys_of(caller.wait(1_999)) == []
    assert keys_of(caller.wait(1)) == ["queued", "call_back_offer", "voicemail_offer"]


def test_an_announcement_never_cuts_off_what_is_being_said() -> None:
    caller = queued()
    caller.slow = True
    caller.put(w.Position(position=9))
    assert caller.state.playing
    assert caller.wait(60_000) == []
    assert caller.put(w.Position(position=8)) == []
    acts = caller.put(w.PlaybackEnded(say_id=caller.state.playing))
    assert isinstance(acts[0], w.Music)
    assert keys_of(acts)[0] == "still_waiting"


def test_a_call_back_by_key_keeps_the_place() -> None:
    caller = queued()
    order = only(caller.put(w.Digits(keys="1")), w.CallBack)
    assert (order.queued, order.queue_id) == (True, PERSON)
    acts = caller.put(w.Kept())
    assert keys_of(acts) == ["call_back_here"]
    assert only(acts, w.HangUp).why == "call_back"


def test_a_refused_call_back_leaves_the_caller_in_the_line() -> None:
    caller = queued()
    caller.put(w.Digits(keys="1"))
    assert caller.put(w.Refused(code="bad_time"))
    assert caller.state.stage == "queued"


def test_a_message_by_key_is_recorded_and_confirmed() -> None:
    caller = queued()
    acts = caller.put(w.Digits(keys="2"))
    assert keys_of(acts) == ["voicemail_intro"]
    assert only(acts, w.Voicemail).queued
    acts = caller.put(w.Recorded(ms=4_000))
    assert (keys_of(acts), only(acts, w.HangUp).why) == (["voicemail_saved"], "voicemail")


def test_who_left_no_words_while_waiting_has_kept_the_place() -> None:
    """Also when the words could not be kept: a full disk hangs up on nobody."""
    caller = queued()
    caller.put(w.Digits(keys="2"))
    acts = caller.put(w.Recorded(ms=0))
    assert caller.state.stage == "queued"
    assert not [act for act in acts if isinstance(act, w.HangUp)]


def test_whom_an_agent_takes_while_they_leave_words_is_not_hung_up() -> None:
    caller = queued()
    caller.put(w.Digits(keys="2"))
    acts = caller.put(w.Recorded(ms=4_000, taken=True))
    assert [type(act) for act in acts] == [w.Note, w.Music]
    assert caller.put(w.Answered()) == [w.Quiet()]
    assert caller.state.stage == "talking"


def test_the_agent_who_is_lost_leaves_the_caller_in_the_line() -> None:
    caller = queued()
    assert caller.put(w.Answered()) == [w.Quiet()]
    assert keys_of(caller.put(w.Queued())) == ["agent_left"]
    assert caller.state.stage == "queued"


# -- no room, closed ---------------------------------------------------------------------------------------------------
def test_overload_is_said_with_what_can_be_had_instead() -> None:
    caller = Caller(Flow(person=PERSON))
    caller.start()
    acts = caller.put(w.Refused(code="queue_full", alternatives=("scheduled_call_back", "message")))
    assert keys_of(acts) == ["all_busy", "call_back_offer", "voicemail_offer"]
    order = only(caller.press("1"), w.CallBack)
    assert (order.booked, order.queued) == (True, False)


def test_the_silent_one_is_tried_again_and_then_rung_back_if_the_number_is_known() -> None:
    caller = Caller(Flow(person=PERSON))
    caller.start(number="13800138000")
    for _ in range(2):
        caller.put(w.Refused(code="queue_full", alternatives=("scheduled_call_back",)))
        caller.press("")
        acts = caller.press("")
    assert only(acts, w.CallBack).booked
    confirmed = only(caller.put(w.Kept()), w.Say)
    assert confirmed.values == {"number": "13800138000"}


def test_without_alternatives_the_caller_is_told_and_let_go() -> None:
    caller = Caller(Flow(person=PERSON))
    caller.start()
    acts = caller.put(w.Refused(code="queue_full"))
    assert keys_of(acts) == ["all_busy", "goodbye"]
    assert only(acts, w.HangUp).why == "given_up"


def test_closed_hours_offer_a_call_back_and_a_message() -> None:
    caller = Caller(msgspec.structs.replace(FLOW, closed=Closed(speech=Speech(text="现在已下班。"))))
    acts = caller.start(open=False)
    assert keys_of(acts) == ["greeting", "closed", "call_back_offer", "voicemail_offer"]
    assert only(caller.press("0"), w.CallBack).booked


def test_closed_without_offers_says_goodbye() -> None:
    acts = Caller(msgspec.structs.replace(FLOW, closed=Closed(call_back=False, voicemail=False))).start(open=False)
    assert (keys_of(acts)[-1], only(acts, w.HangUp).why) == ("goodbye", "closed")


# -- the end -----------------------------------------------------------------------------------------------------------
def test_the_rating_comes_by_key_after_the_agent_has_gone() -> None:
    caller = queued()
    caller.put(w.Answered())
    assert keys_of(caller.put(w.Ended(by="agent"))) == ["rate_intro"]
    acts = caller.press("5")
    assert only(acts, w.Rate).score == 5
    assert (keys_of(acts), only(acts, w.HangUp).why) == (["rate_thanks"], "rated")


def test_a_wrong_rating_is_asked_for_once_more() -> None:
    caller = queued()
    caller.put(w.Answered())
    caller.put(w.Ended())
    assert keys_of(caller.press("9")) == ["invalid_key", "rate_intro"]
    assert keys_of(caller.press("9")) == ["goodbye"]


def test_without_rating_the_end_is_a_goodbye() -> None:
    caller = queued(rating=Rating(on=False))
    caller.put(w.Answered())
    assert keys_of(caller.put(w.Ended())) == ["goodbye"]


def test_who_has_hung_up_hears_nothing_more() -> None:
    caller = queued()
    assert caller.put(w.Ended(by="customer")) == []
    assert caller.wait(60_000) == []


def test_after_our_restart_the_caller_is_told_and_goes_on() -> None:
    caller = Caller()
    acts = caller.put(w.Resumed(stage="queued", recording="always"))
    assert keys_of(acts) == ["cut_sorry"]
    assert caller.state.stage == "queued"
    assert keys_of(Caller().put(w.Resumed(recording="always"))) == ["cut_sorry", "recording_consent", "menu.main"]


def test_notes_hold_no_typed_digits_and_no_number() -> None:
    caller = Caller(Flow(person=PERSON, first="main", menus=(menu(), MORE)))
    caller.start(number="13800138000")
    for key in ("8", "4", "6"):
        caller.press(key)
    caller.put(w.Queued())
    caller.put(w.Digits(keys="1"))
    caller.put(w.Kept())
    notes = " ".join(act.value for act in caller.acts if isinstance(act, w.Note))
    assert "138" not in notes
    assert not {"8", "4", "6"} & set(notes)


KEYS = st.sampled_from([*"0123456789*#", ""])
INPUTS = st.one_of(
    KEYS.map(lambda key: ("key", key)),
    st.sampled_from([
        w.Queued(), w.Refused(code="queue_full", alternatives=("call_back", "message")), w.Refused(code="queue_full"),
        w.Position(position=2, low_ms=1, high_ms=90_000), w.Kept(), w.Recorded(ms=5), w.Recorded(), w.Answered(),
        w.Ended(), w.Consented(on=True), w.PlaybackEnded(say_id="p1"),
    ]).map(lambda input: ("in", input)),
    st.integers(0, 200_000).map(lambda ms: ("wait", ms)),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(INPUTS, max_size=40), st.booleans(), st.sampled_from(["always", "prompt", "never"]))
def test_whatever_comes_nobody_is_left_without_a_word_or_a_way(inputs: list[Any], open: bool, rule: Any) -> None:
    caller = Caller()
    caller.start(open=open, recording=rule)
    for kind, value in inputs:
        if kind == "key":
            caller.press(value)
        elif kind == "wait":
            caller.wait(value)
        else:
            caller.put(value)
        state = caller.state
        waits_for_the_floor = state.stage in {"queueing", "calling_back", "recording", "talking", "queued", "over"}
        assert waits_for_the_floor or state.collect or state.playing, state
    gone = [index for index, act in enumerate(caller.acts) if isinstance(act, w.HangUp)]
    assert len(gone) <= 1
    assert not gone or gone[0] == len(caller.acts) - 1
    assert sum(isinstance(act, w.Recording) for act in caller.acts) <= 1
