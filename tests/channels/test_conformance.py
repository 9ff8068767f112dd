"""What every channel owes its customers, whatever wire it speaks. A new channel adds a driver and passes this."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from rexian.kit.ids import new_id
from rexian.runtime.tables import content, journal
from tests.channels.drivers import DRIVERS, ChatCustomer
from tests.served import Served


@pytest.fixture(params=sorted(DRIVERS))
async def customer(request: pytest.FixtureRequest, served: Served) -> AsyncIterator[ChatCustomer]:
    customer = DRIVERS[request.param](served)
    yield customer
    await customer.close()


async def stored(served: Served, interaction_id: str) -> list[str]:
    """The words of an interaction as the database has them, in the journal's order."""
    same = sa.and_(journal.c.floor_id == content.c.floor_id, journal.c.seq == content.c.seq)
    query = sa.select(content.c.text).join(journal, same).where(content.c.interaction_id == interaction_id)
    async with served.house.db.system() as tx:
        return [row.text for row in await tx.execute(query.order_by(content.c.seq)) if row.text != "很好"]


async def test_what_is_acknowledged_is_committed(served: Served, customer: ChatCustomer) -> None:
    await customer.begin("屏幕碎了")
    assert await stored(served, customer.interaction_id) == ["屏幕碎了"]
    for number in range(5):
        await customer.say(f"第{number}句", new_id())
        assert (await stored(served, customer.interaction_id))[-1] == f"第{number}句"


async def test_what_is_sent_again_is_one_effect(served: Served, customer: ChatCustomer) -> None:
    """20: the same message many times, and the same start twice."""
    await customer.begin("屏幕碎了")
    assert await customer.begin_again() == 1
    id = new_id()
    numbers = {await customer.say("请问还在保修期吗？", id) for _ in range(15)}
    assert numbers == {2}
    assert await stored(served, customer.interaction_id) == ["屏幕碎了", "请问还在保修期吗？"]
    contacts = sa.select(sa.func.count()).where(
        journal.c.contact_id == customer.contact_id, journal.c.kind == "ContactStarted"
    )
    async with served.house.db.system() as tx:
        assert await tx.scalar(contacts) == 1


async def test_both_sides_see_all_messages_in_the_same_order(served: Served, customer: ChatCustomer) -> None:
    li = await served.desk(served.city.li, "me")
    await li.available()
    await customer.begin("1")
    handling = await li.accept()
    await li.sub(f"contact:{handling['contact_id']}")
    for number in range(2, 22, 2):
        await customer.say(str(number), new_id())
        await li.say(handling["id"], str(number + 1))
    words = [str(number) for number in range(1, 22)]
    assert await customer.heard(21) == words
    topic = f"contact:{handling['contact_id']}"
    await li.until(lambda: len(li.view(topic, "messages")) == 21)
    shown = sorted(li.view(topic, "messages").values(), key=lambda message: message["number"])
    assert [message["text"] for message in shown] == words
    await li.close()


async def test_a_customer_who_was_cut_off_finds_everything_again(served: Served, customer: ChatCustomer) -> None:
    li = await served.desk(served.city.li, "me")
    await li.available()
    await customer.begin("还在吗？")
    handling = await li.accept()
    await customer.state("talking")
    await customer.lose_the_line()
    for text in ("在的", "您请说", "喂？"):
        await li.say(handling["id"], text)
    await customer.come_back()
    assert await customer.heard(4) == ["还在吗？", "在的", "您请说", "喂？"]
    assert await customer.say("刚才掉线了", new_id()) == 5
    await li.close()


async def test_a_message_whose_ack_was_lost_is_not_doubled(served: Served, customer: ChatCustomer) -> None:
    """Sent, committed, the line goes before the ack; the page sends it again after it has come back."""
    await customer.begin("1")
    id = new_id()
    await customer.say("2", id)
    await customer.lose_the_line()
    await customer.come_back()
    assert await customer.say("2", id) == 2
    assert await stored(served, customer.interaction_id) == ["1", "2"]


async def test_the_end_is_told_and_rated_once(served: Served, customer: ChatCustomer) -> None:
    li = await served.desk(served.city.li, "me")
    await li.available()
    await customer.begin("你好")
    handling = await li.accept()
    await li.do("EndInteraction", interaction_id=handling["id"])
    await customer.state("ended")
    await customer.rate(5)
    await customer.rate(5)
    rated = sa.select(sa.func.count()).where(
        journal.c.contact_id == customer.contact_id, journal.c.kind == "ContactRated"
    )
    async with served.house.db.system() as tx:
        assert await tx.scalar(rated) == 1
    await li.close()


async def test_a_customer_may_leave_the_queue(served: Served, customer: ChatCustomer) -> None:
    await customer.begin("算了")
    await customer.state("waiting")
    await customer.leave()
    await customer.state("ended")
