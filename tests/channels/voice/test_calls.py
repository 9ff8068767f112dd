"""What a call should be like: the pure function by itself, and that carrying out its steps once is enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.channels.voice.calls import (
    Facts,
    LegName,
    Line,
    Media,
    Seat,
    Step,
    desired,
    line_of,
    read_leg,
    read_tag,
    steps,
    tag_of,
)
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.overdue import overdue
from rexian.channels.voice.settings import VoiceLimits

CUSTOMER = Seat(kind="customer", interaction_id="i")
AGENT = Seat(kind="agent", interaction_id="i", person_id="a")
BOSS = Seat(kind="supervisor", interaction_id="i", person_id="s", role="whisper")


def facts(*seats: Seat, **more: object) -> Facts:
    given = {
        "contact_id": "c",
        "tenant_id": "t",
        "main": "i",
        "stage": "talking",
        "agent_id": "a",
        "seats": seats,
    } | more
    return Facts(**given)  # type: ignore[arg-type]


def line(seat: Seat, state: str = "up", number: int = 1, since: int = 0) -> Line:
    name = LegName(interaction_id="i", kind=seat.kind, person_id=seat.person_id, number=number)
    return Line(name, state, since, seat.kind)  # type: ignore[arg-type]


def lines(*known: Line) -> dict[str, Line]:
    return {one.id: one for one in known}


def carry_out(done: list[Step], known: dict[str, Line]) -> None:
    for step in done:
        if step.do == "hang_up":
            del known[step.leg_id]
        elif step.do in ("join", "leave"):
            known[step.leg_id].bridged, known[step.leg_id].role = step.do == "join", step.role
        elif step.do == "hold":
            known[step.leg_id].held = step.on
        elif step.do == "mute":
            known[step.leg_id].muted = step.on


def test_names_say_whose_leg_it_is() -> None:
    for seat in (CUSTOMER, AGENT, BOSS, Seat(kind="external", interaction_id="i", person_id="x")):
        one = line(seat, number=3 if seat.kind in ("agent", "supervisor") else 0)
        assert read_leg(one.id) == one.name
    assert [line(CUSTOMER).id, line(AGENT).id, line(BOSS).id] == ["i:c", "i:a:a:1", "i:s:s:1"]
    for foreign in ("", "PJSIP/1-00000001", "i:q:1", "i:a"):
        assert read_leg(foreign) is None
    assert read_tag(tag_of("t", "c", "d")) == ("t", "c", "d")
    assert (read_tag(""), read_tag("t|c"), read_tag("||")) == (None, None, None)


def test_the_customer_goes_on_hearing_music_until_the_agent_is_there() -> None:
    media = desired(facts(CUSTOMER, AGENT), lines(line(CUSTOMER), line(AGENT, "connecting")))
    assert media == Media(bridge=False, places={"i:c": media.places["i:c"]})
    assert media.places["i:c"].bridged is False
    media = desired(facts(CUSTOMER, AGENT), lines(line(CUSTOMER), line(AGENT)))
    assert media.bridge
    assert all(place.bridged and not place.held for place in media.places.values())


def test_who_is_left_alone_hears_music_and_not_silence() -> None:
    media = desired(facts(CUSTOMER, AGENT), lines(line(CUSTOMER), line(AGENT, "lost")), spoken=True)
    assert (media.bridge, media.places["i:c"].held) == (True, True)


def test_a_better_line_takes_the_place_of_the_one_before() -> None:
    known = lines(line(CUSTOMER), line(AGENT, since=1), line(AGENT, "connecting", 2, since=2))
    assert desired(facts(CUSTOMER, AGENT), known).goes == ()
    known["i:a:a:2"].put("up", 3)
    assert desired(facts(CUSTOMER, AGENT), known).goes == ("i:a:a:1",)
    assert line_of(known, AGENT) is known["i:a:a:2"]


def test_a_phone_that_rings_anew_is_let_ring_while_its_former_line_is_still_up() -> None:
    """Its page was loaded again, and the exchange has not noticed yet."""
    old, new = line(AGENT), line(AGENT, "dialling", number=2)
    assert desired(facts(CUSTOMER, AGENT), lines(line(CUSTOMER), old, new)).goes == ()
    late = line(AGENT, "dialling", number=1)
    assert desired(facts(CUSTOMER, AGENT), lines(late, line(AGENT, number=2))).goes == (late.id,)
    assert line_of(lines(line(AGENT, "lost", since=9), new), AGENT) is new, "lost later, and still the former"
    new.put("up", 9)
    assert desired(facts(CUSTOMER, AGENT), lines(line(CUSTOMER), old, new)).goes == (old.id,)


def test_a_supervisor_who_takes_over_keeps_the_line() -> None:
    taken = Seat(kind="agent", interaction_id="i", person_id="s")
    media = desired(facts(CUSTOMER, taken), lines(line(CUSTOMER), line(AGENT), line(BOSS)))
    assert media.goes == ("i:a:a:1",)
    assert media.places["i:s:s:1"].role == "talk"


def test_whoever_has_no_seat_goes_but_a_customer_who_lingers() -> None:
    known = lines(line(CUSTOMER), line(AGENT))
    assert set(desired(facts(stage="ended"), known).goes) == {"i:c", "i:a:a:1"}
    assert desired(facts(stage="ended"), known, lingers=True).goes == ("i:a:a:1",)


def test_recording_runs_while_they_talk_and_is_paused_at_once() -> None:
    known = lines(line(CUSTOMER), line(AGENT))
    media = desired(facts(CUSTOMER, AGENT, recording="paused"), known)
    assert Step(do="pause", on=True) in steps(media, known, bridge=True, recording="on")
    off = desired(facts(CUSTOMER, AGENT, recording="off"), known)
    assert Step(do="stop_recording") in steps(off, known, bridge=True, recording="on")


def test_a_recording_does_not_begin_while_it_is_paused() -> None:
    """An agent was changed meanwhile, or a machine: not a moment is written before it goes on."""
    known = lines(line(CUSTOMER), line(AGENT))
    paused, on = (desired(facts(CUSTOMER, AGENT, recording=state), known) for state in ("paused", "on"))
    about = {"record", "pause", "stop_recording"}
    assert not about & {one.do for one in steps(paused, known, bridge=True, recording="")}
    assert [one.do for one in steps(on, known, bridge=True, recording="") if one.do in about] == ["record"]
    assert Step(do="pause", on=False) in steps(on, known, bridge=True, recording="paused")


def test_a_recording_begins_with_the_customer_and_outlives_their_line() -> None:
    """Else the agent's own line would be recorded, while the customer is called again."""
    for state in ("dialling", "lost"):
        known = lines(line(CUSTOMER, state), line(AGENT))
        media = desired(facts(CUSTOMER, AGENT, recording="on"), known)
        assert "record" not in [one.do for one in steps(media, known, bridge=True, recording="")]
        assert "stop_recording" not in [one.do for one in steps(media, known, bridge=True, recording="on")]


@given(st.data())
def test_once_carried_out_nothing_is_left_to_do(data: st.DataObject) -> None:
    seats = [CUSTOMER, *data.draw(st.sets(st.sampled_from([AGENT, BOSS])))]
    stage = data.draw(st.sampled_from(["reception", "waiting", "talking"]))
    state = st.sampled_from(["connecting", "up", "lost"])
    known = lines(*[line(seat, data.draw(state), number) for seat in (CUSTOMER, AGENT, BOSS) for number in (1, 2)])
    for one in known.values():
        one.mute, one.bridged, one.held = data.draw(st.booleans()), data.draw(st.booleans()), data.draw(st.booleans())
    now = facts(*seats, stage=stage, held=data.draw(st.booleans()))
    spoken = data.draw(st.booleans())
    media = desired(now, known, spoken=spoken)
    carry_out(steps(media, known, bridge=data.draw(st.booleans()), recording=""), known)
    again = desired(now, known, spoken=spoken)
    assert steps(again, known, bridge=again.bridge, recording="") == []


LIMITS = VoiceLimits()


@pytest.mark.parametrize(
    ("stage", "page_open", "ends"),
    [("talking", True, True), ("talking", False, True), ("waiting", True, False), ("waiting", False, True),
     ("reception", True, True), ("call_back", False, False)],
)  # fmt: skip
def test_who_is_gone_too_long_is_given_up(stage: str, page_open: bool, ends: bool) -> None:
    call = LiveCall("c", "t", lines=lines(line(CUSTOMER, "lost")))
    now = facts(CUSTOMER, stage=stage)
    early = overdue(now, call, LIMITS, LIMITS.grace_ms - 1, page_open=page_open, up_since=0)
    late = overdue(now, call, LIMITS, LIMITS.grace_ms, page_open=page_open, up_since=0)
    assert early == []
    assert [one.what for one in late] == (["customer_lost"] if ends else [])


@pytest.mark.parametrize("page_open", [True, False])
def test_words_that_wait_are_handed_on_though_the_page_of_who_left_them_is_open(page_open: bool) -> None:
    call = LiveCall("c", "t", lines=lines(line(CUSTOMER, "lost")), unheard=True)
    now = facts(CUSTOMER, stage="waiting")
    found = overdue(now, call, LIMITS, LIMITS.grace_ms, page_open=page_open, up_since=0)
    assert [one.what for one in found] == ["words_left"]


def test_nobody_is_given_up_for_the_time_when_the_engine_was_away() -> None:
    call = LiveCall("c", "t", lines=lines(line(CUSTOMER, "lost"), line(AGENT, "lost")))
    now = facts(CUSTOMER, AGENT)
    assert overdue(now, call, LIMITS, 60_000, page_open=True, up_since=50_000) == []
    found = overdue(now, call, LIMITS, 70_000, page_open=True, up_since=50_000)
    assert [one.what for one in found] == ["customer_lost", "agent_lost"]


def test_a_call_is_found_by_any_of_its_legs() -> None:
    index: dict[str, str] = {}
    call = LiveCall("c", "t", index)
    call.add(line(CUSTOMER))
    call.add(line(AGENT))
    assert index == {"i:c": "c", "i:a:a:1": "c"}
    assert call.named == set(index)
