"""The floor's double: in step with what is committed, whoever else fails."""

from __future__ import annotations

from collections.abc import Sequence

from rexian.runtime.port import Committed
from tests.feed.floor import RandomHistory


async def test_a_watcher_that_fails_is_reset_and_the_others_go_on() -> None:
    history = RandomHistory(3)
    heard: list[int] = []
    resets: list[str] = []

    def broken(batch: Sequence[Committed]) -> None:
        raise RuntimeError("a bug")

    history.mirror.watch(broken, lambda: resets.append("broken"))
    history.mirror.watch(lambda batch: heard.extend(item.seq for item in batch), lambda: resets.append("good"))
    await history.mirror.start()
    assert resets == ["broken", "good"]
    for _ in range(50):
        history.step()
    assert heard == list(range(1, history.port.seq + 1))
    assert resets.count("broken") > 1
    assert resets.count("good") == 1


async def test_when_the_floor_comes_back_where_it_was_nobody_is_disturbed() -> None:
    """A new epoch with nothing missed (the database was away): the mirror goes on without loading anew."""
    history = RandomHistory(5)
    resets: list[str] = []
    history.mirror.watch(lambda batch: None, lambda: resets.append("x"))
    await history.mirror.start()
    for _ in range(20):
        history.step()
    history.port.epoch = 7
    import asyncio

    task = asyncio.create_task(history.mirror.run(every_s=0.01))
    await asyncio.sleep(0.05)
    task.cancel()
    assert history.mirror.epoch == 7
    assert resets == ["x"]
