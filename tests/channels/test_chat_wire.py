"""The chat protocol by itself: order, limits, and clear answers, without a socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rexian.channels.chat import wire
from rexian.channels.visiting.entrance import attributes_of, refusal_text
from rexian.kit.ids import new_id

A, B = new_id(), new_id()
HELLO = {"t": "hello", "site": "yunshan"}


def fresh(limit: int = 20) -> wire.Wire:
    return wire.Wire(pace=wire.Pace(limit, 10_000))


def ready(contact: wire.ContactView | None = None, limit: int = 20, after: int = 0) -> wire.Wire:
    one = fresh(limit)
    receive(one, HELLO)
    site = wire.SiteView(name="云杉", greeting="您好", colour="#000000", topics=[], locale="zh-CN")
    hours = wire.HoursView(True, "")
    one.welcome(wire.Welcome(visitor="v", site=site, hours=hours, contact=contact, messages=[], now=0), after=after)
    return one


def talking(limit: int = 20, after: int = 0) -> wire.Wire:
    return ready(wire.ContactView(id=A, interaction=B, state="talking", started_at=0), limit, after)


def receive(one: wire.Wire, frame: dict[str, Any] | str, now: int = 0) -> wire.Ask:
    return one.receive(frame if isinstance(frame, str) else json.dumps(frame), now)


def start(**changed: Any) -> dict[str, Any]:
    ids = {name: new_id() for name in ("id", "contact", "interaction", "message")}
    return {"t": "start", "topic": None, "name": None, "text": "你好", **ids, **changed}


def message(number: int) -> wire.Message:
    return wire.Message(id=new_id(), number=number, at=0, author="agent", name="李", text=str(number))


def test_hello_comes_first_and_once() -> None:
    with pytest.raises(wire.Violation, match="hello_first"):
        receive(fresh(), start())
    with pytest.raises(wire.Violation, match="hello_twice"):
        receive(ready(), HELLO)
    with pytest.raises(wire.Violation, match="unknown_version"):
        receive(fresh(), HELLO | {"v": 2})
    assert isinstance(receive(fresh(), {"t": "ping", "n": 1}), wire.Ping)


@pytest.mark.parametrize("frame", ["", "{", "\ufffd", "[" * 9000 + "]" * 9000, '{"t":"hello","site":NaN}', "hello"])
def test_what_is_no_json_closes_the_socket(frame: str) -> None:
    with pytest.raises(wire.Violation) as caught:
        receive(fresh(), frame)
    assert caught.value.close_code in (1007, 1008)


@pytest.mark.parametrize(
    "frame",
    [
        {"t": "post", "id": "not a uuid", "text": "x"},
        {"t": "post", "id": A},
        {"t": "post", "id": A, "text": "x", "file": B},
        {"t": "rate", "id": A, "score": 6},
        {"t": "rate", "id": A, "score": 2**63},
        {"t": "rate", "id": A, "score": "5"},
        {"t": "start", "id": A},
        {"t": "end", "id": A.upper()},
        {"t": "end", "id": A + "\n"},
    ],
)
def test_wrong_asks_are_refused_with_their_id(frame: dict[str, Any]) -> None:
    """17: bad values get an answer; the socket stays open."""
    with pytest.raises(wire.Refusal) as caught:
        receive(talking(), frame)
    assert caught.value.code == "malformed"
    assert caught.value.id == frame["id"]


def test_too_many_wrong_asks_close_the_socket() -> None:
    one = talking()
    for _ in range(20):
        with pytest.raises(wire.Refusal):
            receive(one, {"t": "dance"})
    with pytest.raises(wire.Violation, match="too_many_bad_frames"):
        receive(one, {"t": "dance"})


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "text_empty"), (" \n\t", "text_empty"), ("长" * 4001, "text_too_long"), ("a\x00b", "text_unreadable")],
)
def test_texts_that_can_not_be_sent(text: str, code: str) -> None:
    for frame in ({"t": "post", "id": A, "text": text}, start(contact=A, text=text)):
        with pytest.raises(wire.Refusal, match=code):
            receive(talking(), frame)


def test_four_thousand_characters_are_fine() -> None:
    assert isinstance(receive(talking(), {"t": "post", "id": A, "text": "长" * 4000}), wire.Post)


def test_nothing_can_be_said_without_a_contact() -> None:
    for frame in ({"t": "post", "id": A, "text": "x"}, {"t": "end", "id": A}, {"t": "rate", "id": A, "score": 5}):
        with pytest.raises(wire.Refusal, match="no_contact"):
            receive(ready(), frame)


def test_one_open_contact_at_a_time() -> None:
    """The same start again is fine (its ack was lost), another one is not until the first has ended."""
    one = talking()
    assert isinstance(receive(one, start(contact=A)), wire.Start)
    with pytest.raises(wire.Refusal, match="contact_open"):
        receive(one, start())
    one.changed(wire.State(state="ended"))
    assert isinstance(receive(one, start()), wire.Start)


def test_twenty_messages_in_ten_seconds() -> None:
    """14: more are refused, and a little later it goes on."""
    one = talking()
    for number in range(20):
        receive(one, {"t": "post", "id": new_id(), "text": str(number)}, now=number)
    with pytest.raises(wire.Refusal, match="slow_down"):
        receive(one, {"t": "post", "id": new_id(), "text": "x"}, now=9_999)
    receive(one, {"t": "post", "id": new_id(), "text": "x"}, now=10_000)


def test_messages_are_shown_once_and_in_order() -> None:
    one = talking()
    assert one.message(message(1)) is not None
    assert one.message(message(1)) is None
    one.posted(wire.Ack(id=A, number=2))
    assert one.message(message(2)) is None
    assert one.message(message(3)) is not None
    with pytest.raises(LookupError):
        one.message(message(5))


def test_a_page_that_comes_back_is_shown_what_it_misses_only() -> None:
    one = talking(after=7)
    assert one.message(message(7)) is None
    assert one.message(message(8)) is not None


def test_a_new_contact_counts_from_one() -> None:
    one = talking(after=7)
    one.follow(new_id(), new_id())
    assert one.message(message(1)) is not None


@pytest.mark.parametrize(
    "attributes",
    [{f"a{n}": "x" for n in range(21)}, {"": "x"}, {"a" * 61: "x"}, {"region": "x" * 201}, {"region": 7},
     {"region": "滨\x00海"}, {"re\x00gion": "x"}, ["region"]],
)  # fmt: skip
def test_what_a_page_says_of_a_demand_has_limits(attributes: object) -> None:
    one = ready()
    with pytest.raises(wire.Refusal, match="malformed"):
        receive(one, start(attributes=attributes))
    assert isinstance(receive(one, start(attributes={"region": "滨海区" * 60})), wire.Start)


def test_the_page_never_says_who_a_customer_is() -> None:
    def asked(**given: Any) -> wire.Start:
        ask = receive(ready(), start(**given))
        assert isinstance(ask, wire.Start)
        return ask

    ask = asked(topic="outage", attributes={"region": "滨海区", "customer_kind": "vip"})
    assert attributes_of(ask.attributes, ask.topic, "") == {"region": "滨海区", "topic": "outage"}
    known = {"region": "滨海区", "topic": "outage", "customer_kind": "elder"}
    assert attributes_of(ask.attributes, ask.topic, "elder") == known
    full = asked(topic="outage", attributes={f"a{n}": "x" for n in range(20)})
    assert len(attributes_of(full.attributes, full.topic, "elder")) == 20
    assert attributes_of(asked().attributes, asked().topic, "") == {}


def test_who_is_turned_away_reads_what_to_do_instead() -> None:
    detail = {"low_ms": 610_000, "high_ms": 900_000, "alternatives": ["scheduled_call_back", "message"]}
    assert refusal_text("zh-CN", "wait_too_long", detail, "chat") == (
        "现在等候的人很多，预计要等 11 至 15 分钟，请稍后再来。您也可以预约时间由我们回电，或留言，我们会回复您",
        ["scheduled_call_back", "message"],
    )
    assert refusal_text("en", "queue_full", {"alternatives": ["call_back"]}, "chat") == (
        "The queue is full; please try again later. You may also be called back soon",
        ["call_back"],
    )
    assert refusal_text("en", "queue_full", {}, "chat") == ("The queue is full; please try again later", [])
