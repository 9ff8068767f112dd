"""The staff socket: who gets in, what they may see, what happens to those who don't behave (`FAULTS` by number)."""

from __future__ import annotations

import asyncio
import json
import time

import httpx
import pytest
import sqlalchemy as sa
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rexian.directory.audit.tables import audit
from rexian.directory.people.tables import person
from rexian.directory.signals import announce
from rexian.kit.ids import new_id
from tests.served import Desk, Served


async def ticket(served: Served, person_id: str) -> str:
    async with await served.staff(person_id) as browser:
        given: str = (await browser.post("/api/feed-ticket")).json()["ticket"]
        return given


async def refused(served: Served, query: str, **options: object) -> httpx.Response:
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"{served.ws}/feed{query}", proxy=None, **options)  # type: ignore[arg-type]
    answer = caught.value.response
    return httpx.Response(
        answer.status_code, headers={"content-type": answer.headers["content-type"]}, content=bytes(answer.body)
    )


# -- getting in --------------------------------------------------------------------------------------------------------
async def test_a_ticket_opens_one_socket(served: Served) -> None:
    """12: used twice → 401."""
    given = await ticket(served, served.city.li)
    socket = await connect(f"{served.ws}/feed?ticket={given}", proxy=None)
    hello = json.loads(await socket.recv())
    assert (hello["t"], hello["heartbeat_ms"]) == ("hello", 5000)
    again = await refused(served, f"?ticket={given}")
    assert again.status_code == 401
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["code"] == "ticket_invalid"
    await socket.close()


@pytest.mark.parametrize("query", ["", "?ticket=", "?ticket=nonsense", "?ticket=a&ticket=b"])
async def test_no_socket_without_a_ticket(served: Served, query: str) -> None:
    assert (await refused(served, query)).status_code == 401


async def test_a_ticket_runs_out(served: Served) -> None:
    given = await ticket(served, served.city.li)
    key, (_, who) = served.house.tickets._open.popitem()
    served.house.tickets._open[key] = (served.house.clock.now_ms() - 1, who)
    assert (await refused(served, f"?ticket={given}")).status_code == 401


async def test_no_socket_for_a_foreign_page(served: Served) -> None:
    """11: from a foreign Origin → 403, and the ticket is not used up by it."""
    given = await ticket(served, served.city.li)
    assert (await refused(served, f"?ticket={given}", origin="https://evil.example")).status_code == 403
    socket = await connect(f"{served.ws}/feed?ticket={given}", proxy=None, origin=served.url)  # type: ignore[arg-type]
    await socket.close()


async def test_other_socket_paths_are_not_found(served: Served) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"{served.ws}/nothing", proxy=None)
    assert caught.value.response.status_code == 404


# -- seeing ------------------------------------------------------------------------------------------------------------
async def test_another_tenants_topics_are_refused_and_audited(served: Served) -> None:
    """4: he of Jianglan can't see a contact of Yunshan; qian's wall shows Jianglan only."""
    page = await served.page("yunshan")
    await page.start()
    he = await served.desk(served.city.he)
    await he.send(t="sub", topic=f"contact:{page.contact}")
    fault = await he.got("fault")
    assert (fault["code"], fault["topic"]) == ("topic_refused", f"contact:{page.contact}")
    async with served.house.db.system() as tx:
        rows = await tx.execute(sa.select(audit).where(audit.c.action == "access.refused"))
        assert page.contact in [row.object_id for row in rows]
    qian = await served.desk(served.city.qian, "wall")
    assert set(qian.view("wall", "queues")) == {served.city.outages}
    assert served.city.wang not in qian.view("wall", "agents")
    await qian.send(t="sub", topic=f"queue:{served.city.phones}")
    assert (await qian.got("fault"))["code"] == "topic_refused"
    for one in (page, he, qian):
        await one.close()


async def test_an_agent_has_no_wall(served: Served) -> None:
    li = await served.desk(served.city.li)
    await li.send(t="sub", topic="wall")
    assert (await li.got("fault", topic="wall"))["code"] == "topic_refused"
    await li.close()


@pytest.mark.parametrize(
    "topic",
    [
        "x", "contact:", "contact:nobody", pytest.param(f"contact:{new_id()}", id="contact:new"),
        "queue:'; drop table x", "wall:all", "me:1",
    ],
)  # fmt: skip
async def test_unknown_topics_are_refused(served: Served, topic: str) -> None:
    li = await served.desk(served.city.li)
    await li.send(t="sub", topic=topic)
    assert (await li.got("fault", topic=topic))["code"] == "topic_refused"
    await li.close()


async def test_at_most_64_topics(served: Served) -> None:
    li = await served.desk(served.city.li)
    for number in range(80):
        await li.send(t="sub", topic=f"contact:{number}")
    await li.send(t="ping", n=1)
    await li.got("pong")
    await li.close()


async def test_the_wall_shows_what_happens_within_a_second(served: Served) -> None:
    zhao, li = await served.desk(served.city.zhao, "wall"), await served.desk(served.city.li, "me")
    row = zhao.view("wall", "queues")[served.city.phones]
    assert (row["name"], row["name_en"], row["waiting"], row["oldest_since_at"]) == ("手机售后", "Phones", 0, None)
    page = await served.page()
    began = time.monotonic()
    await page.start()
    await zhao.until(lambda: zhao.view("wall", "queues")[served.city.phones]["waiting"] == 1)
    assert time.monotonic() - began < 1
    await li.available()
    await zhao.until(lambda: zhao.view("wall", "agents")[served.city.li]["state"] == "available")
    await li.accept()
    await zhao.until(lambda: zhao.view("wall", "queues")[served.city.phones]["talking"] == 1)
    agent = zhao.view("wall", "agents")[served.city.li]
    assert [one["interaction_id"] for one in agent["current"]] == [page.interaction]
    assert agent["name"] == "李晓雯"
    await zhao.until(lambda: zhao.view("wall", "queues")[served.city.phones]["today"]["answered"] >= 1)
    level = zhao.view("wall", "queues")[served.city.phones]["service_level"]
    assert level["threshold_ms"] == 20_000
    assert level["rule"] != level["rule_en"]
    for one in (page, zhao, li):
        await one.close()


async def test_alerts_come_and_go(served: Served) -> None:
    zhao = await served.desk(served.city.zhao, "wall")
    pages = [await served.page() for _ in range(6)]
    for page in pages:
        await page.start()
    await zhao.until(lambda: f"nobody_available:{served.city.phones}" in zhao.view("wall", "alerts"))
    await zhao.until(lambda: f"queue_waiting:{served.city.phones}" in zhao.view("wall", "alerts"))
    for page in pages:
        await page.ask("end")
    await zhao.until(lambda: not [one for one in zhao.view("wall", "alerts") if served.city.phones in one])
    for one in (zhao, *pages):
        await one.close()


async def test_the_queue_lists_who_waits(served: Served) -> None:
    zhao = await served.desk(served.city.zhao, f"queue:{served.city.phones}")
    topic = f"queue:{served.city.phones}"
    pages = [await served.page() for _ in range(3)]
    for number, page in enumerate(pages):
        await page.start(name=f"客户{number}")
    await zhao.until(lambda: len([row for row in zhao.view(topic, "waiting").values() if row["customer_name"]]) == 3)
    rows = sorted(zhao.view(topic, "waiting").values(), key=lambda row: row["position"])
    assert [row["customer_name"] for row in rows] == ["客户0", "客户1", "客户2"]
    for one in (zhao, *pages):
        await one.close()


async def test_a_socket_that_comes_back_goes_on_where_it_was(served: Served) -> None:
    """Resume by seq and epoch: only what was missed is sent; with another epoch everything."""
    li = await served.desk(served.city.li, "me")
    seq, epoch = li.seqs["me"], li.epochs["me"]
    await li.drop()
    again = await served.desk(served.city.li)
    again.views["me"], again.seqs["me"] = li.views["me"], seq
    await again.send(t="sub", topic="me", seq=seq, epoch=epoch)
    delta = await again.got("delta", topic="me")
    assert (delta["from_seq"], delta["ops"]) == (seq, [])
    await again.drop()
    other = await served.desk(served.city.li)
    await other.send(t="sub", topic="me", seq=seq, epoch=epoch + 1)
    await other.got("snap", topic="me")
    await other.close()


# -- commands ----------------------------------------------------------------------------------------------------------
async def test_the_same_command_twice_is_one_effect(served: Served) -> None:
    """20: the repeat is acknowledged with the same number."""
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start()
    handling = await li.accept()
    id, message = new_id(), new_id()
    args = {"interaction_id": handling["id"], "message_id": message, "text": "请稍等"}
    first = await li.cmd("PostMessage", id=id, **args)
    second = await li.cmd("PostMessage", id=id, **args)
    third = await li.cmd("PostMessage", id=new_id(), **args)
    assert [one["result"]["number"] for one in (first, second, third)] == [2, 2, 2]
    await page.until(lambda: len(page.messages) == 2)
    await li.close()
    await page.close()


async def test_two_agents_accept_and_one_wins(served: Served) -> None:
    """44: an offer rings at one desk only; another agent who accepts it is told that it is not theirs."""
    li, wang = await served.desk(served.city.li, "me"), await served.desk(served.city.wang, "me")
    page = await served.page()
    await li.available()
    await page.start()
    offer = await li.until(lambda: next(iter(li.view("me", "offers").values()), None))
    stolen = await wang.cmd("AcceptOffer", offer_id=offer["id"])
    assert (stolen["t"], stolen["code"]) == ("nack", "not_your_offer")
    await li.do("AcceptOffer", offer_id=offer["id"])
    late = await wang.cmd("AcceptOffer", offer_id=offer["id"])
    assert late["code"] in ("not_your_offer", "offer_gone")
    for one in (li, wang, page):
        await one.close()


async def test_an_offer_vanishes_when_the_customer_leaves(served: Served) -> None:
    """46: withdrawn at once; 45: accepting it afterwards is refused."""
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start()
    offer = await li.until(lambda: next(iter(li.view("me", "offers").values()), None))
    await page.ask("end")
    await li.until(lambda: not li.view("me", "offers"), 1)
    assert (await li.cmd("AcceptOffer", offer_id=offer["id"]))["code"] == "offer_gone"
    await li.close()
    await page.close()


async def test_another_tenants_interaction_does_not_exist(served: Served) -> None:
    """3: he of Jianglan can't write to a contact of Yunshan, nor end it, nor note."""
    page, he = await served.page(), await served.desk(served.city.he)
    await page.start()
    for name, args in (
        ("PostMessage", {"interaction_id": page.interaction, "message_id": new_id(), "text": "x"}),
        ("EndInteraction", {"interaction_id": page.interaction}),
        ("AddNote", {"contact_id": page.contact, "note_id": new_id(), "text": "x"}),
    ):
        assert (await he.cmd(name, **args))["code"] == "not_found"
    await he.close()
    await page.close()


async def test_commands_with_wrong_arguments_are_refused_in_the_persons_language(served: Served) -> None:
    li, zhao = await served.desk(served.city.li), await served.desk(served.city.zhao)
    cases: list[tuple[str, dict[str, object], str]] = [
        ("NoSuchCommand", {}, "command_unknown"),
        ("SetAgentState", {"state": "asleep"}, "validation"),
        ("SetAgentState", {"state": "not_ready"}, "reason_required"),
        ("SetAgentState", {"state": "available", "agent_id": served.city.wang}, "validation"),
        ("AcceptOffer", {"offer_id": "x" * 81}, "validation"),
        ("PostMessage", {"interaction_id": new_id(), "message_id": new_id(), "text": "x"}, "unknown_interaction"),
        ("MarkRead", {"interaction_id": new_id(), "number": 2**63}, "validation"),
        ("WrapUp", {"interaction_id": "1", "disposition": "x"}, "validation"),
    ]
    for name, args, code in cases:
        nack = await li.cmd(name, **args)
        assert (nack["t"], nack["code"]) == ("nack", code), name
        assert not nack["title"].isascii()
    refused = await zhao.cmd("SetAgentState", state="available")
    assert (refused["code"], refused["title"]) == ("not_an_agent", "Only agents can do this")
    await li.close()
    await zhao.close()


async def test_text_keeps_every_character_and_refuses_nul(served: Served) -> None:
    """8, 18, 19: scripts, bidi, emoji and rare characters go through exactly as they are; NUL is refused."""
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start()
    handling = await li.accept()
    texts = [
        "<script>alert(1)</script>",
        "\u202eabc\u202c",
        "👩‍👩‍👧‍👦 𠮷野家 𪚥",
        "Z͑ͫ̓a̴l͞g̕o",
        "javascript:alert(1)",
        "'; DROP TABLE x; --",
    ]
    for text in texts:
        await li.say(handling["id"], text)
    await page.until(lambda: len(page.messages) == 1 + len(texts))
    assert page.texts[1:] == texts
    for text, code in (("a\x00b", "text_unreadable"), (" \n", "text_empty"), ("长" * 4001, "text_too_long")):
        nack = await li.cmd("PostMessage", interaction_id=handling["id"], message_id=new_id(), text=text)
        assert nack["code"] == code
    await li.close()
    await page.close()


# -- misbehaviour ------------------------------------------------------------------------------------------------------
async def test_ten_megabytes_close_the_socket(served: Served) -> None:
    """13: closed 1009."""
    li = await served.desk(served.city.li)
    assert li.socket is not None
    with pytest.raises(ConnectionClosed):
        await li.socket.send("x" * 10_000_000)
        await li.socket.wait_closed()
        await li.socket.send("more")
    assert (await li.until_closed())[0] == 1009


async def test_frames_that_are_no_json_close_the_socket_and_odd_ones_are_answered(served: Served) -> None:
    """17, 18: deep nesting, NaN, wrong types: a clear answer, never silence, never an error of ours."""
    for text in ("{", "", "hello", '{"t":"ping","n":NaN}', '{"t":"ping","x":' + "[" * 9000 + "]" * 9000 + "}"):
        li = await served.desk(served.city.li)
        assert li.socket is not None
        await li.socket.send(text)
        assert (await li.until_closed())[0] == 1007, text[:20]
    li = await served.desk(served.city.li)
    assert li.socket is not None
    for text in (
        "1",
        "null",
        "[" * 9000 + "]" * 9000,
        '{"t":"dance"}',
        '{"t":"cmd","id":"x"}',
        '{"t":"ping","n":-1}',
        '{"t":"ping","n":1e400}',
    ):
        seen = len(li.frames)
        await li.socket.send(text)
        await li.until(lambda seen=seen: len(li.frames) > seen)  # type: ignore[misc]
        assert li.frames[-1]["code"] == "malformed"
    await li.socket.send(b"binary")
    assert (await li.until_closed())[0] == 1008


async def test_one_who_sends_a_thousand_commands_waits_and_nobody_else(served: Served) -> None:
    """14: the flood is answered with `slow_down`; another desk's commands take as long as ever."""
    li, wang = await served.desk(served.city.li), await served.desk(served.city.wang)
    assert li.socket is not None
    args = {"contact_id": new_id(), "note_id": new_id(), "text": "x"}
    for _ in range(1000):
        await li.socket.send(json.dumps({"t": "cmd", "id": new_id(), "name": "AddNote", "args": args}))
    began = time.monotonic()
    await wang.do("SetAgentState", state="not_ready", reason="lunch")
    assert time.monotonic() - began < 1
    await li.until(lambda: len(li.of("nack")) == 1000, 20)
    assert {nack["code"] for nack in li.of("nack")} <= {"slow_down", "unknown_contact"}
    await li.close()
    await wang.close()


async def test_a_socket_that_stops_reading_is_dropped_and_nobody_waits(served: Served) -> None:
    """15: its buffer is bounded; the others get their frames in time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    given = await ticket(served, served.city.zhao)
    writer.write(
        f"GET /feed?ticket={given} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    sleeper = next(one for one in served.house.feed.sockets if one.who.person_id == served.city.zhao)
    good = await served.desk(served.city.li)
    frame = b"\x81\x7e\xea\x60" + b"x" * 60_000  # 60,000 bytes of text at a time
    for _ in range(400):
        if not sleeper.write(frame):
            break
        await asyncio.sleep(0)
        assert sleeper._port.pending() <= 262_144 + 60_004
    else:
        pytest.fail("the sleeper was never dropped")
    began = time.monotonic()
    await good.send(t="ping", n=1)
    await good.got("pong")
    assert time.monotonic() - began < 0.5
    await good.until(lambda: sleeper not in served.house.feed.sockets or good.frames.clear())
    writer.close()
    await good.close()


async def test_a_silent_socket_is_closed(served: Served) -> None:
    li = await served.desk(served.city.li)
    next(one for one in served.house.feed.sockets if one.who.person_id == served.city.li).seen_ms -= 16_000
    assert await li.until_closed() == (1013, "silent")


async def test_ping_is_answered(served: Served) -> None:
    li = await served.desk(served.city.li)
    await li.send(t="ping", n=7)
    pong = await li.got("pong", n=7)
    assert abs(pong["now"] - served.house.clock.now_ms()) < 1000
    await li.close()


# -- leaving -----------------------------------------------------------------------------------------------------------
async def test_a_deprovisioned_persons_sockets_are_closed(served: Served) -> None:
    """49: within five seconds, with the signal or, should it be lost, without."""
    wang = await served.desk(served.city.wang, "me")
    async with served.house.db.system() as tx:
        await tx.execute(person.update().where(person.c.id == served.city.wang).values(active=False))
    began = time.monotonic()
    assert (await wang.until_closed(6))[0] == 4401
    assert time.monotonic() - began < 5
    async with served.house.db.system() as tx:
        await tx.execute(person.update().where(person.c.id == served.city.wang).values(active=True))
    wang = await served.desk(served.city.wang)
    async with served.house.db.system() as tx:
        await announce(tx, "person_closed", person_id=served.city.wang)
    began = time.monotonic()
    assert (await wang.until_closed())[0] == 4401
    assert time.monotonic() - began < 1


async def test_signing_out_closes_the_sockets_of_that_session_only(served: Served) -> None:
    browser = await served.staff(served.city.li)
    given = (await browser.post("/api/feed-ticket")).json()["ticket"]
    mine = Desk(await connect(f"{served.ws}/feed?ticket={given}", proxy=None))
    mine.listen()
    other = await served.desk(served.city.li)
    assert (await browser.delete("/api/session")).status_code == 204
    assert (await mine.until_closed())[0] == 4401
    await other.send(t="ping", n=1)
    await other.got("pong")
    await other.close()
    await browser.aclose()


async def test_other_rights_ask_for_another_ticket(served: Served) -> None:
    li = await served.desk(served.city.li)
    async with served.house.db.system() as tx:
        await announce(tx, "rights_changed", person_id=served.city.li)
    assert (await li.until_closed())[0] == 4408


async def test_an_agent_without_any_page_is_made_not_ready(served: Served) -> None:
    """The last socket has been gone for the grace: not ready, `disconnected`, by the system. A second tab is enough."""
    room = served.house.rooms[served.city.floor_id]
    first, second = await served.desk(served.city.li, "me"), await served.desk(served.city.li)
    await first.available()
    await second.close()
    await room.presence.dismiss(room.port, room.mirror.floor)
    await first.send(t="ping", n=1)
    await first.got("pong")
    assert first.view("me", "agent")[served.city.li]["state"] == "available"
    await first.drop()
    await asyncio.sleep(0.05)
    room.presence._seen[served.city.li] -= 31_000
    room.presence._since -= 31_000
    await room.presence.dismiss(room.port, room.mirror.floor)
    again = await served.desk(served.city.li, "me")
    await again.until(lambda: again.view("me", "agent")[served.city.li]["state"] == "not_ready")
    agent = again.view("me", "agent")[served.city.li]
    assert (agent["reason"], agent["by_system"]) == ("disconnected", True)
    await again.close()


async def test_typing_is_shown_to_the_other_side(served: Served) -> None:
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start()
    handling = await li.accept()
    await page.send(t="typing", on=True)
    assert (await li.got("typing", on=True))["interaction_id"] == handling["id"]
    await li.send(t="typing", interaction_id=handling["id"], on=True)
    await page.got("typing", on=True)
    wang = await served.desk(served.city.wang)
    await wang.send(t="typing", interaction_id=handling["id"], on=False)
    await wang.send(t="ping", n=1)
    await wang.got("pong")
    assert page.of("typing") == [{"t": "typing", "on": True}]
    for one in (li, wang, page):
        await one.close()
