"""The desk's rows on a real journal: the same however the batches are cut, and when they come again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from rexian.engine.specs import Party
from rexian.runtime import journal
from rexian.runtime.tables import content
from rexian.work.desk.reader import DeskReader
from rexian.work.desk.slice import forget_simulated
from rexian.work.desk.tables import contact, interaction
from tests.work.conftest import Stage
from tests.work.directory import LI, QUEUES, TENANTS


async def _story(stage: Stage) -> None:
    """One handled and rated, one that waited and left, one simulated that was transferred and still waits."""
    await stage.available(LI)
    await stage.start("a")
    await stage.accept("a")
    await stage.note("a", Party("agent", LI), "老客户")
    stage.clock.advance(30_000)
    await stage.end("a")
    await stage.wrap_up("a", LI, text="已解决")
    await stage.rate("a", 4)
    await stage.start("s", simulated=True, text="我是模拟客户")
    await stage.accept("s")
    await stage.transfer("s", LI, "home")
    await stage.start("o", tenant="jianglan", queue="outage", text="停电了")
    stage.clock.advance(5_000)
    await stage.end("o", Party("customer", stage.customer("chen")))


async def _rows(stage: Stage) -> tuple[list[Any], list[Any]]:
    async with stage.db.system() as tx:
        contacts = (await tx.execute(select(contact).order_by(contact.c.id))).all()
        interactions = (await tx.execute(select(interaction).order_by(interaction.c.id))).all()
    return list(contacts), list(interactions)


async def test_the_rows_tell_what_happened(stage: Stage) -> None:
    await _story(stage)
    await stage.read(DeskReader())
    contacts, interactions = await _rows(stage)
    by_id = {row.id: row for row in contacts}
    of = {row.contact_id: row for row in interactions}
    handled, left, moved = (stage.ids[name] for name in ("a", "o", "s"))
    assert (by_id[handled].agent_ids, by_id[handled].rating) == ([LI], 4)
    assert by_id[handled].closed_at is not None
    assert (of[handled].state, of[handled].outcome, of[handled].disposition) == ("ended", "handled", "resolved")
    assert (of[handled].talk_ms, of[handled].ended_by) == (30_000, "system")
    assert (of[left].outcome, of[left].waited_ms, by_id[left].tenant_id) == ("abandoned", 5_000, TENANTS["jianglan"])
    assert (by_id[moved].queue_id, by_id[moved].simulated) == (QUEUES["home"], True)
    assert of[moved].queue_id == QUEUES["home"]


async def test_batches_may_be_cut_anywhere_and_come_again(stage: Stage) -> None:
    """FAULTS 20, 23."""
    await _story(stage)
    await stage.read(DeskReader())
    whole = await _rows(stage)
    async with stage.db.system() as tx:
        batch = await journal.read(tx, stage.floor_id, after=0)
        for item in batch:
            await DeskReader().handle(tx, [item])
        await DeskReader().handle(tx, batch)
    assert await _rows(stage) == whole
    async with stage.db.system() as tx:
        await tx.execute(contact.delete())
        for item in batch:
            await DeskReader().handle(tx, [item])
    assert await _rows(stage) == whole


async def test_a_purge_removes_simulated_contacts_and_their_words_only(stage: Stage) -> None:
    await _story(stage)
    await stage.read(DeskReader())
    async with stage.db.system() as tx:
        assert await forget_simulated(tx) == 2, "one text, one contact (its interaction goes along)"
        texts = set(await tx.scalars(select(content.c.text)))
    contacts, interactions = await _rows(stage)
    assert {row.id for row in contacts} == {stage.ids["a"], stage.ids["o"]}
    assert len(interactions) == 2
    assert "停电了" in texts
    assert "我是模拟客户" not in texts
