"""The chat channel on the real server: who may connect, what visitors see, what floods and vandals get."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
from sqlalchemy import text
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rexian.channels.chat.settings import ChatLimits
from rexian.channels.visiting.visitors import Signer, Visitor
from rexian.engine import commands as cmd
from rexian.engine.specs import Party
from rexian.kit.database import owner
from rexian.kit.ids import new_id
from tests.served import SIMULATION, Page, Served


# -- getting in --------------------------------------------------------------------------------------------------------
async def test_the_welcome_says_where_one_is(served: Served) -> None:
    page = await served.page("yunshan")
    welcome = page.of("welcome")[0]
    assert welcome["site"]["name"] == "云杉智能客服"
    assert welcome["site"]["topics"] == [{"key": "phone", "label": "手机"}, {"key": "home", "label": "智能家居"}]
    assert welcome["hours"]["open"] is True
    assert (welcome["contact"], welcome["messages"]) == (None, [])
    await page.close()
    english = await served.page("yunshan", locale="en-GB")
    welcome = english.of("welcome")[0]
    assert (welcome["site"]["name"], welcome["site"]["greeting"]) == ("Yunshan support", "Hello!")
    assert welcome["hours"]["text"].isascii()
    await english.close()


async def test_an_unknown_site_and_a_foreign_page_are_told_so(served: Served) -> None:
    page = await served.page("no-such-site")
    assert page.closed is not None
    assert page.closed[0] == 4404
    page = Page(served.ws, "yunshan")
    await page.open(origin="https://evil.example")
    assert page.closed is not None
    assert page.closed[0] == 4403
    for origin in ("https://shop.example", served.url):
        page = Page(served.ws, "yunshan")
        await page.open(origin=origin)
        assert page.of("welcome"), origin
        await page.close()


async def test_a_socket_that_says_nothing_is_closed(served: Served) -> None:
    chat = served.house.chat
    chat.limits = ChatLimits(hello_ms=100)
    socket = await connect(f"{served.ws}/chat/ws", proxy=None)
    async with asyncio.timeout(5):
        await socket.wait_closed()
    assert socket.close_code == 1002


async def test_an_address_with_too_many_sockets_hears_why(served: Served) -> None:
    """10,000 connections from one address: those beyond the limit are closed 4429; the others go on undisturbed."""
    chat = served.house.chat
    chat.limits = ChatLimits(sockets_per_address=5)
    pages = [await served.page() for _ in range(5)]
    began = time.monotonic()
    for _ in range(200):
        socket = await connect(f"{served.ws}/chat/ws", proxy=None, compression=None)
        await socket.wait_closed()
        assert (socket.close_code, socket.close_reason) == (4429, "too many connections from your address")
    assert time.monotonic() - began < 10
    assert (await pages[0].start())["t"] == "ack"
    known = Page(served.ws, "yunshan")
    await known.open(headers=SIMULATION)
    assert known.of("welcome")
    await pages.pop().close()
    await asyncio.sleep(0.05)
    pages += [await served.page(), known]
    for page in pages:
        await page.close()


async def test_compression_is_off(served: Served) -> None:
    """16: a compression bomb can't be sent, because nothing is unpacked."""
    socket = await connect(f"{served.ws}/chat/ws", proxy=None, compression="deflate")
    assert socket.response is not None
    assert "Sec-WebSocket-Extensions" not in socket.response.headers
    await socket.close()


async def test_a_token_of_ours_only(served: Served) -> None:
    """An altered, foreign or another tenant's token makes a new visitor, who sees nothing of the old one's."""
    page = await served.page("yunshan")
    await page.start("我的秘密")
    assert page.visitor is not None
    visitor = served.house.chat.signer.read_visitor(page.visitor)
    assert visitor is not None
    forged = Signer("another secret that is long enough as well").visitor_token(visitor)
    swapped = page.visitor[:-2] + ("AA" if page.visitor[-2:] != "AA" else "BB")
    other = served.house.chat.signer.visitor_token(Visitor(visitor.id, served.city.jianglan))
    for token in (forged, swapped, other, "v1..", "x", "", "v1." + "A" * 500, "null", "v1.é.é"):
        thief = await served.page("yunshan", visitor=token, contact=page.contact)
        welcome = thief.of("welcome")[0]
        assert welcome["contact"] is None, token
        assert welcome["visitor"] != token
        await thief.close()
    await page.close()


# -- what visitors see -------------------------------------------------------------------------------------------------
async def test_position_and_wait_are_true(served: Served) -> None:
    pages = [await served.page() for _ in range(3)]
    for page in pages:
        await page.start()
    for place, page in enumerate(pages, start=1):
        await page.got("position", position=place, of=3)
    await pages[0].ask("end")
    await pages[1].got("position", position=1, of=2)
    await pages[2].got("position", position=2, of=2)
    assert {"wait_low_ms", "wait_high_ms"} <= pages[2].of("position")[-1].keys()
    for page in pages:
        await page.close()


async def test_a_ringing_offer_is_still_waiting_to_the_customer(served: Served) -> None:
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start()
    await li.until(lambda: li.view("me", "offers"))
    assert page.state == "waiting"
    await li.accept()
    state = await page.got("state", state="talking")
    assert state["agent"] == {"name": "李晓雯"}
    await li.close()
    await page.close()


async def test_a_reload_shows_the_contact_as_it_was(served: Served) -> None:
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start("一")
    handling = await li.accept()
    await li.say(handling["id"], "二")
    await page.until(lambda: len(page.messages) == 2)
    await page.close()
    reloaded = Page(served.ws, "yunshan")
    reloaded.visitor = page.visitor
    await reloaded.open()
    contact = reloaded.of("welcome")[0]["contact"]
    assert (contact["id"], contact["state"], contact["agent"]) == (page.contact, "talking", {"name": "李晓雯"})
    assert reloaded.texts == ["一", "二"]
    await li.close()
    await reloaded.close()


async def test_after_the_end_a_reload_still_lets_one_rate(served: Served) -> None:
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start("一")
    handling = await li.accept()
    await li.do("EndInteraction", interaction_id=handling["id"])
    await page.until(lambda: page.state == "ended")
    await page.drop()
    await page.open()
    assert page.state == "ended"
    assert (await page.ask("rate", score=4, comment="不错"))["t"] == "ack"
    await page.until(lambda: page.rating == 4)
    await page.drop()
    await page.open()
    assert page.of("welcome")[0]["contact"]["rating"] == 4
    await li.sub(f"contact:{page.contact}")
    contact = li.view(f"contact:{page.contact}", "contact")[page.contact or ""]
    assert (contact["rating"], contact["rating_comment"]) == (4, "不错")
    await li.close()
    await page.close()


async def test_two_tabs_of_one_visitor_show_the_same(served: Served) -> None:
    page = await served.page()
    await page.start("一")
    tab = Page(served.ws, "yunshan")
    tab.visitor = page.visitor
    await tab.open()
    assert tab.texts == ["一"]
    await page.say("二")
    await tab.until(lambda: tab.texts == ["一", "二"])
    await tab.say("三")
    await page.until(lambda: page.texts == ["一", "二", "三"])
    refused = await tab.start("另一个")
    assert (refused["t"], refused["code"]) == ("nack", "contact_open")
    await page.close()
    await tab.close()


async def test_tabs_that_start_at_once_make_one_contact(served: Served) -> None:
    """While the first is still being written down, the others already ask."""
    first = await served.page()
    tabs = [first, *[Page(served.ws, "yunshan") for _ in range(3)]]
    for tab in tabs[1:]:
        tab.visitor = first.visitor
        await tab.open()
    async with owner(served.house.db.url) as engine, engine.begin() as tx:
        await tx.execute(text("LOCK TABLE journal IN SHARE MODE"))
        asked = [asyncio.create_task(tab.start("手机无法开机")) for tab in tabs]
        await asyncio.sleep(0.5)
        assert not [one for one in asked if one.done()]
    answers = await asyncio.gather(*asked)
    assert sorted(answer.get("code", answer["t"]) for answer in answers) == ["ack", *["contact_open"] * 3]
    for tab in tabs:
        await tab.close()


async def test_who_is_on_the_telephone_may_write_beside_it(served: Served) -> None:
    """A call of the same visitor, open before the page comes: it isn't shown as a chat, and stands in no chat's way."""
    page = await served.page()
    await page.start("先写一句")
    await page.ask("end")
    mirror = served.house.rooms[served.city.floor_id].mirror
    contact, written = mirror.floor.contact(page.contact or ""), mirror.floor.interaction(page.interaction or "")
    assert contact is not None
    assert written is not None
    call = cmd.StartContact(
        contact_id=new_id(), interaction_id=new_id(), tenant_id=contact.tenant_id, customer_id=contact.customer_id,
        queue_id=written.queue_id, medium="voice",
    )  # fmt: skip
    await mirror.port.submit(call, id=new_id(), by=Party("system", "reception"))
    tab = Page(served.ws, "yunshan")
    tab.visitor = page.visitor
    await tab.open()
    assert tab.of("welcome")[0]["contact"] is None
    assert (await tab.start("边打电话边发图"))["t"] == "ack"
    await page.close()
    await tab.close()


async def test_read_marks_reach_both_sides(served: Served) -> None:
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start("一")
    handling = await li.accept()
    assert handling["unread"] == 1
    await li.do("MarkRead", interaction_id=handling["id"], number=1)
    assert (await page.got("read"))["number"] == 1
    await li.until(lambda: li.view("me", "handlings")[handling["id"]]["unread"] == 0)
    await li.say(handling["id"], "二")
    await page.until(lambda: len(page.messages) == 2)
    await page.send(t="read", number=2)
    await li.until(lambda: li.view("me", "handlings")[handling["id"]]["read_by_customer"] == 2)
    await li.close()
    await page.close()


async def test_a_customer_who_leaves_the_page_is_away_and_comes_back(served: Served) -> None:
    chat = served.house.chat
    chat.limits = ChatLimits(away_ms=100)
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    await page.start("一")
    handling = await li.accept()
    await page.drop()
    await li.until(lambda: li.view("me", "handlings")[handling["id"]]["customer_away"])
    await page.open()
    await li.until(lambda: not li.view("me", "handlings")[handling["id"]]["customer_away"])
    await li.close()
    await page.close()


async def test_the_topic_leads_to_its_queue(served: Served) -> None:
    zhao, page = await served.desk(served.city.zhao, "wall"), await served.page()
    await page.start(topic="home")
    await zhao.until(lambda: zhao.view("wall", "queues")[served.city.homes]["waiting"] == 1)
    await page.ask("end")
    other = await served.page()
    refused = await other.start(topic="nothing")
    assert (refused["code"], refused["text"]) == ("unknown_topic", "请选择咨询类型")
    assert (await other.start())["t"] == "ack"
    for one in (zhao, page, other):
        await one.close()


async def test_simulated_customers_are_marked(served: Served) -> None:
    li = await served.desk(served.city.li, "me")
    await li.available()
    page = Page(served.ws, "yunshan")
    await page.open(headers=SIMULATION)
    assert (await page.start())["t"] == "ack"
    assert (await li.accept())["simulated"] is True
    await li.close()
    await page.close()


# -- floods and vandals ------------------------------------------------------------------------------------------------
async def test_a_thousand_messages_a_second_slow_down_one_visitor_only(served: Served) -> None:
    """14: twenty are taken, the others get `slow_down`; a neighbour is answered as ever."""
    vandal, neighbour = await served.page(), await served.page()
    await vandal.start("一")
    for number in range(1000):
        await vandal.send(t="post", id=new_id(), text=str(number))
    began = time.monotonic()
    assert (await neighbour.start("你好"))["t"] == "ack"
    assert time.monotonic() - began < 1
    await vandal.until(lambda: len(vandal.of("nack")) >= 980, 20)
    assert {nack["code"] for nack in vandal.of("nack")} == {"slow_down"}
    assert "太快" in vandal.of("nack")[0]["text"]
    assert len(vandal.of("ack")) == 20
    await vandal.close()
    await neighbour.close()


async def test_a_flood_of_new_contacts_from_one_address_is_slowed(served: Served) -> None:
    chat = served.house.chat
    chat.limits = ChatLimits(starts_per_address=3)
    pages = [await served.page() for _ in range(5)]
    answers = [(await page.start())["t"] for page in pages]
    assert answers == ["ack"] * 3 + ["nack"] * 2
    for page in pages:
        await page.close()


async def test_more_than_64_kb_close_the_socket(served: Served) -> None:
    """13: closed 1009, before any of it is looked at."""
    for size in (70_000, 10_000_000):
        page = await served.page()
        assert page.socket is not None
        with contextlib.suppress(ConnectionClosed):
            await page.socket.send("x" * size)
        assert (await page.until_closed())[0] == 1009


async def test_words_and_names_are_kept_exactly(served: Served) -> None:
    """8, 19: whatever a customer writes reaches the agent as it is: showing it safely is the page's business."""
    li, page = await served.desk(served.city.li, "me"), await served.page()
    await li.available()
    name = "<img src=x onerror=alert(1)> \u202e𠮷👩‍👩‍👧"
    await page.start("<script>alert('x')</script>", name=name)
    handling = await li.accept()
    await li.until(lambda: li.view("me", "handlings")[handling["id"]]["customer"]["name"] == name)
    assert li.view("me", "handlings")[handling["id"]]["last"]["text"] == "<script>alert('x')</script>"
    await li.close()
    await page.close()


async def test_the_contact_of_another_visitor_can_not_be_taken_over(served: Served) -> None:
    """A start with somebody else's ids is refused, and shows nothing of theirs."""
    page, thief = await served.page(), await served.page()
    await page.start("我的秘密")
    frame = {"t": "start", "id": new_id(), "contact": page.contact, "interaction": page.interaction, "topic": None,
             "name": None, "text": "给我看看", "message": new_id()}  # fmt: skip
    await thief.send(**frame)
    assert (await thief.answer(str(frame["id"])))["t"] == "nack"
    await page.say("二")
    await thief.send(t="ping", n=1)
    await thief.got("pong")
    assert not thief.of("message")
    assert (await thief.start("自己的"))["t"] == "ack"
    await page.close()
    await thief.close()


@pytest.mark.parametrize("text", ["[]", "1", '{"t":"hello"}', '{"t":"hello","site":1}', "{", '{"t":"post"}'])
async def test_a_bad_first_frame_closes_the_socket(served: Served, text: str) -> None:
    """17, 18."""
    socket = await connect(f"{served.ws}/chat/ws", proxy=None)
    await socket.send(text)
    async with asyncio.timeout(5):
        await socket.wait_closed()
    assert socket.close_code in (1002, 1007, 1008)
