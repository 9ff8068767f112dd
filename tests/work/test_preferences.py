"""What a contact brings along for routing: who talked last with this customer, and what page and directory know."""

from __future__ import annotations

from typing import Any

from rexian.directory.customers.tables import customer
from rexian.engine.floor import Floor
from rexian.work.desk.contract import REMEMBERED_MS, last_agent
from tests.served import Page, Served
from tests.work.helpers import caught_up, talk


async def came(served: Served, page: Page) -> Any:
    """The interaction as the floor has it."""
    assert page.interaction is not None
    id = page.interaction

    def look(floor: Floor) -> Any:
        one = floor.interaction(id)
        assert one is not None
        contact = floor.contact(one.contact_id)
        assert contact is not None
        return one.target_agent_id, dict(one.attributes), contact.customer_id

    return await served.house.host.get(served.city.floor_id).ask(look)


async def test_a_customer_comes_back_to_whom_they_talked_to_last(served: Served) -> None:
    now = await talk(served, served.city.li)
    await now.finish()
    await caught_up(served)
    again = Page(served.ws, "yunshan")
    again.visitor = now.page.visitor
    await again.open()
    await again.start("又断开了")
    offer = await now.desk.until(lambda: next(iter(now.desk.view("me", "offers").values()), None))
    assert (offer["asked_for"], offer["step"], offer["emergency"]) == ("last_agent", 0, False)
    _, _, customer_id = await came(served, again)
    async with served.house.db.system() as tx:
        at = served.house.clock.now_ms()
        assert await last_agent(tx, served.city.yunshan, customer_id, at) == served.city.li
        assert await last_agent(tx, served.city.yunshan, customer_id, at + REMEMBERED_MS) is None
        assert await last_agent(tx, served.city.jianglan, customer_id, at) is None
    await again.ask("end")
    await again.close()
    await now.close()


async def test_rules_see_the_page_the_topic_and_what_the_directory_knows(served: Served) -> None:
    page = Page(served.ws, "jianglan")
    await page.open()
    await page.start("停电了", topic="outage", attributes={"region": "滨海区", "customer_kind": "vip"})
    _, attributes, customer_id = await came(served, page)
    assert attributes == {"region": "滨海区", "topic": "outage"}
    await page.ask("end")
    async with served.house.db.system() as tx:
        await tx.execute(customer.update().where(customer.c.id == customer_id).values(kind="elder"))
    await page.start("又停电了", topic="outage")
    _, attributes, _ = await came(served, page)
    assert attributes == {"topic": "outage", "customer_kind": "elder"}
    await page.ask("end")
    await page.close()
