"""Several nodes behind Kamailio: calls are spread, a lost node costs its own calls only, a drained one none."""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from bench.asterisk import sipp, statistics
from click.testing import CliRunner

from rexian.cli import main
from rexian.kit.database import Database
from tests.channels.voice.asterisk.cluster import Cluster, led, taken
from tests.channels.voice.asterisk.crew import presser
from tests.channels.voice.asterisk.exchange import Exchange, free_port, without_kamailio
from tests.channels.voice.asterisk.product import Product, hears
from tests.channels.voice.asterisk.sip import SipPhone

pytestmark = [without_kamailio, pytest.mark.timeout(300)]
AGENTS = 12


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(AGENTS)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
async def house(
    db: Database, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Product, list[Any]]]:
    await cluster.settled()
    async with led(db, tmp_path_factory.mktemp("house"), cluster) as both:
        yield both


def callers(cluster: Cluster, calls: int, rate: int, talk_ms: int) -> subprocess.Popen[bytes]:
    """People who call in through Kamailio, press 1, talk, and hang up."""
    path = presser(cluster.folder)
    text = path.read_text()
    for number in ("1 ACK", "2 BYE"):
        row = f"Call-ID: [call_id]\nCSeq: {number}"
        text = text.replace(row, f"[routes]\n{row}")
    path.write_text(text)
    return sipp(
        cluster.folder, "-sf", str(path), "-s", "4001", "-r", str(rate), "-m", str(calls), "-l", str(calls), "-d",
        str(talk_ms), "-p", str(free_port()), "-mp", "40000", "127.0.0.1:" + str(cluster.front),
    )  # fmt: skip


async def counted(cluster: Cluster, process: subprocess.Popen[bytes], seconds: float = 120) -> tuple[int, int]:
    """How many calls went well, and how many did not."""
    await asyncio.to_thread(process.wait, seconds)
    found = statistics(cluster.folder, process)
    return int(found["SuccessfulCall(C)"]), int(found["FailedCall(C)"])


def nodes_of(product: Product) -> Counter[str]:
    """How many legs of customers each node has now."""
    hall = product.served.house.voice.voice._hall  # type: ignore[union-attr]
    return Counter(leg.node for leg in hall.legs.values() if leg.side == "customer")


def name_of(node: Exchange) -> str:
    return node.settings.asterisk_urls[0]


async def nobody_stuck(product: Product, seconds: float = 60) -> None:
    """Every contact that came has ended, and no line is left."""
    hall = product.served.house.voice.voice._hall  # type: ignore[union-attr]
    async with asyncio.timeout(seconds):
        while True:
            kinds = Counter(row.kind for row in await product.journal())
            if kinds["InteractionReceived"] == kinds["InteractionEnded"] and not hall.legs:
                return
            await asyncio.sleep(0.3)


async def test_calls_are_spread_over_both_nodes(house: tuple[Product, list[Any]], cluster: Cluster) -> None:
    product, _ = house
    before = [taken(node) for node in cluster.nodes]
    well, badly = await counted(cluster, callers(cluster, 24, 4, 1_500))
    spread = [taken(node) - had for node, had in zip(cluster.nodes, before, strict=True)]
    print("calls well", well, "badly", badly, "at the nodes", spread)
    assert (well, badly) == (24, 0)
    assert spread == [12, 12]
    await nobody_stuck(product)


@pytest.mark.slow
async def test_a_drained_node_gets_no_new_calls_and_loses_none(
    house: tuple[Product, list[Any]], cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    product, _ = house
    settings = product.served.settings
    monkeypatch.setenv("REXIAN_ASTERISK_URLS", ",".join(settings.asterisk_urls))

    def command(*words: str) -> str:
        said = CliRunner().invoke(main, ["--home", str(settings.home), "asterisk", *words])
        assert said.exit_code == 0, said.output
        return said.output

    talking = [await person(product, n) for n in range(2)]
    assert nodes_of(product) == {name_of(node): 1 for node in cluster.nodes}
    for caller in talking:
        await through(product, caller)
    command("drain", cluster.first.host)
    hall = product.served.house.voice.voice._hall  # type: ignore[union-attr]
    await product.until(lambda: hall.nodes[name_of(cluster.first)].draining)
    talking += [await person(product, n) for n in range(2, 6)]
    assert nodes_of(product) == {name_of(cluster.first): 1, name_of(cluster.second): 5}
    for caller in talking:
        await through(product, caller)
        assert not caller.ended.is_set()
    for caller in talking:
        await caller.hang_up()
    await nobody_stuck(product)
    command("undrain", cluster.first.host)
    await product.until(lambda: not hall.nodes[name_of(cluster.first)].draining)
    again = [await person(product, n) for n in range(2)]
    assert nodes_of(product) == {name_of(node): 1 for node in cluster.nodes}
    for caller in again:
        await caller.hang_up()
    await nobody_stuck(product)


async def person(product: Product, n: int) -> SipPhone:
    """Somebody who calls in; returns when they hear the agent."""
    caller = await product.caller(f"+86138000010{n:02}", 900)
    assert await caller.dial("4001") == "SIP/2.0 200 OK"
    await through(product, caller)
    return caller


async def through(product: Product, caller: SipPhone) -> None:
    """They press 1 in the menu, and then hear themselves: the agent's phone sends back what it hears."""
    async with asyncio.timeout(60):
        while not await hears(caller, 900):
            if in_menu(product, caller):  # a key that comes twice would be one of the queue's
                await caller.press("1")
                await asyncio.sleep(1)


def in_menu(product: Product, caller: SipPhone) -> bool:
    director = product.served.house.voice.director  # type: ignore[union-attr]
    mine = [director.facts(call) for call in director.calls.values() if call.number == caller.name]
    return any(facts is not None and facts.stage == "reception" for facts in mine)


async def alerts(product: Product) -> set[str]:
    """What a supervisor who opens the wallboard now is told."""
    zhao = await product.served.desk(product.served.city.zhao, "wall")
    try:
        return set(zhao.view("wall", "alerts"))
    finally:
        await zhao.close()


@pytest.mark.slow
async def test_a_killed_node_costs_its_own_calls_only_and_is_used_again(
    house: tuple[Product, list[Any]], cluster: Cluster
) -> None:
    product, desks = house
    on = [await person(product, n) for n in range(4)]
    assert nodes_of(product) == {name_of(node): 2 for node in cluster.nodes}
    for caller in on:
        await through(product, caller)
    await asyncio.to_thread(cluster.second.kill)
    well, badly = await counted(cluster, callers(cluster, 16, 4, 1_500))
    assert (well, badly) == (16, 0), "who calls from now on gets through by the other node"
    alert = f"voice_node_away:{name_of(cluster.second)}"
    async with asyncio.timeout(30):
        while alert not in await alerts(product):  # noqa: ASYNC110 (it is asked anew)
            await asyncio.sleep(0.5)
    hall = product.served.house.voice.voice._hall  # type: ignore[union-attr]
    await product.until(lambda: nodes_of(product) == {name_of(cluster.first): 2}, 20)
    assert sum([await hears(caller, 900) for caller in on]) == 2, "who is on the other node talks on"
    await cluster.settled(second=False)

    await asyncio.to_thread(cluster.second.start)  # it waits: the house in this process must go on
    await product.until(lambda: hall.nodes[name_of(cluster.second)].line.up, 60)
    await cluster.settled()
    async with asyncio.timeout(30):
        while alert in await alerts(product):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    before = [taken(node) for node in cluster.nodes]
    assert await counted(cluster, callers(cluster, 8, 4, 1_000)) == (8, 0)
    assert [taken(node) - had for node, had in zip(cluster.nodes, before, strict=True)] == [4, 4]
    for caller in on:
        await caller.hang_up()
    await nobody_stuck(product, 120)
    await product.until(lambda: not any(_talking(desk) for desk in desks), 20)


def _talking(desk: Any) -> list[str]:
    return [id for id, one in desk.view("me", "handlings").items() if one["state"] != "after_contact_work"]
