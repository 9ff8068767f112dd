"""The figures on a real journal: counted once, simulated ones apart, removed when they are purged."""

from __future__ import annotations

from rexian.engine.specs import Party
from rexian.runtime import journal
from rexian.work.figures.contract import sums
from rexian.work.figures.metrics import Counts
from rexian.work.figures.reader import FiguresReader
from rexian.work.figures.service import forget_simulated, quarters
from tests.work.conftest import Stage
from tests.work.directory import LI, QUEUES

PHONE = QUEUES["phone"]


async def _story(stage: Stage) -> None:
    """One real contact answered at once and rated 5, one real abandoned late, one simulated answered late."""
    await stage.available(LI)
    await stage.start("a")
    stage.clock.advance(4_000)
    await stage.accept("a")
    stage.clock.advance(60_000)
    await stage.end("a")
    stage.clock.advance(10_000)
    await stage.wrap_up("a", LI)
    await stage.rate("a", 5)
    await stage.start("b")
    await stage.start("s", simulated=True)
    stage.clock.advance(1_000)
    await stage.accept("s")
    stage.clock.advance(1_000)
    await stage.end("b", Party("customer", stage.customer("chen")))


async def _counts(stage: Stage, simulated: bool | None) -> Counts:
    async with stage.db.system() as tx:
        return (await sums(tx, [PHONE], 0, simulated=simulated)).get(PHONE, Counts())


async def test_the_journal_becomes_figures_with_simulated_contacts_apart(stage: Stage) -> None:
    await _story(stage)
    await stage.read(FiguresReader())
    real, simulated, both = [await _counts(stage, which) for which in (False, True, None)]
    assert real == Counts(
        offered=2, answered=1, answered_in_time=1, abandoned=1, abandoned_in_time=1, waited_ms=4_000,
        longest_wait_ms=4_000, handled=1, talk_ms=60_000, acw_ms=10_000, ratings=1, rating_sum=5, satisfied=1,
    )  # fmt: skip
    assert (simulated.offered, simulated.answered) == (1, 1)
    assert both.offered == 3


async def test_figures_read_again_from_the_beginning_stay_the_same(stage: Stage) -> None:
    """FAULTS 20: a reader that lost its cursor counts nothing twice."""
    await _story(stage)
    await stage.read(FiguresReader())
    before = await _counts(stage, None)
    async with stage.db.system() as tx:
        batch = await journal.read(tx, stage.floor_id, after=0)
        await FiguresReader().handle(tx, batch)
        for item in batch:  # and one by one, as slow readers get them
            await FiguresReader().handle(tx, [item])
    assert await _counts(stage, None) == before


async def test_batches_may_be_cut_anywhere(stage: Stage) -> None:
    await _story(stage)
    async with stage.db.system() as tx:
        for item in await journal.read(tx, stage.floor_id, after=0):
            await FiguresReader().handle(tx, [item])
    one_by_one = await _counts(stage, None)
    assert (one_by_one.offered, one_by_one.answered, one_by_one.abandoned) == (3, 2, 1)
    assert (await _counts(stage, True)).offered == 1


async def test_a_purge_leaves_real_figures_alone(stage: Stage) -> None:
    await _story(stage)
    await stage.read(FiguresReader())
    async with stage.db.system() as tx:
        assert await forget_simulated(tx) == 2
    assert (await _counts(stage, True)).offered == 0
    assert (await _counts(stage, None)).offered == 2


async def test_quarters_hold_those_who_came_then(stage: Stage) -> None:
    await stage.available(LI)
    await stage.start("a")
    stage.clock.advance(900_000)
    await stage.start("b")
    await stage.read(FiguresReader())
    async with stage.db.system() as tx:
        found = await quarters(tx, [PHONE], 0)
    assert [counts.offered for counts in found.values()] == [1, 1]
    first, second = found
    assert second - first == 900_000
    assert first % 900_000 == 0


async def test_a_tenant_sees_only_its_own_figures(stage: Stage) -> None:
    """FAULTS 5: the wall stands in the database itself."""
    await _story(stage)
    await stage.read(FiguresReader())
    from tests.work.directory import TENANTS

    async with stage.db.tenant(TENANTS["jianglan"]) as tx:
        assert await sums(tx, [PHONE], 0) == {}
    async with stage.db.tenant(TENANTS["yunshan"]) as tx:
        assert (await sums(tx, [PHONE], 0))[PHONE].offered == 3
