"""A floor as its users know it: committed before anything is promised, once however often it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from msgspec import structs
from sqlalchemy import func, select

from rexian.engine.commands import AcceptOffer, EndInteraction, PostMessage, ProveOffer, SetAgentState, Tick
from rexian.engine.specs import Party
from rexian.kit.ids import new_id
from rexian.runtime import journal as reading
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Committed, FloorPort, Refused, Unavailable
from rexian.runtime.tables import content, journal
from tests.runtime.conftest import SYSTEM, World, until

TRICKY = (
    "你好，“引号”和\\反斜杠\\",
    '{"json": ["数组", null]}',
    "NULL",
    "",
    "  前后空格  ",
    "第一行\n第二行\t制表",
    "𠮷野家 🧑‍💻 \u202eevil\u202c z̗͖̪a͎l͓g̭o",
    "'; DROP TABLE journal; --",
    "%s %(x)s $1 {a,b}",
)


async def test_a_command_is_answered_after_its_events_are_in_the_journal(world: World, port: FloorPort) -> None:
    receipt = await world.do(port, world.start())
    async with world.db.system() as tx:
        stored = await reading.read_range(tx, world.floor_id, receipt.committed[0].seq, receipt.seq)
    assert tuple(stored) == receipt.committed
    assert [type(item.event).__name__ for item in stored] == ["ContactStarted", "InteractionQueued"]


async def test_the_numbers_of_a_floor_have_no_gaps(world: World, port: FloorPort) -> None:
    await asyncio.gather(*(world.do(port, world.start()) for _ in range(30)))
    async with world.db.system() as tx:
        numbers = (await tx.execute(select(journal.c.seq).order_by(journal.c.seq))).scalars().all()
    assert list(numbers) == list(range(1, port.seq + 1))


async def test_many_commands_share_a_commit(world: World, port: FloorPort) -> None:
    batches: list[int] = []
    port.listen(lambda batch: batches.append(len(batch)))
    await asyncio.gather(*(world.do(port, world.start()) for _ in range(100)))
    assert sum(batches) == 200
    assert len(batches) <= 3


async def test_words_are_stored_exactly_and_beside_the_journal(world: World, port: FloorPort) -> None:
    """FAULTS 7, 19."""
    start = world.start()
    await world.do(port, start)
    for text in TRICKY:
        message, author, words = world.say(start, text)
        receipt = await port.submit(message, id=new_id(), by=author, content=[words])
        assert receipt.committed[0].content == words
    async with world.db.tenant(world.tenant_id) as tx:
        stored = [item.content.text for item in await reading.of_contact(tx, start.contact_id) if item.content]
        bodies = (await tx.execute(select(journal.c.body))).scalars().all()
    assert stored == list(TRICKY)
    assert not any("引号" in str(body) for body in bodies)


@pytest.mark.parametrize("text", ["\0", "half a pair \ud800"])
async def test_text_that_the_database_cannot_keep_is_refused(world: World, port: FloorPort, text: str) -> None:
    """FAULTS 18. One bad text must not fail the commit of everybody else."""
    start = world.start()
    await world.do(port, start)
    message, author, words = world.say(start, text)
    with pytest.raises(Refused, match="bad_text"):
        await port.submit(message, id=new_id(), by=author, content=[words])
    reason = SetAgentState(agent_id=world.agents[0], state="not_ready", reason=text)
    with pytest.raises(Refused, match="bad_text"):
        await world.do(port, reason)


async def test_ids_that_are_none_are_refused(world: World, port: FloorPort) -> None:
    start = world.start()
    with pytest.raises(Refused, match="bad_id"):
        await world.do(port, start, id="1; DROP TABLE journal")
    with pytest.raises(Refused, match="bad_id"):
        await world.do(port, EndInteraction(interaction_id="../../etc/passwd", by=SYSTEM))


async def test_a_refusal_reaches_its_caller_only(world: World, port: FloorPort) -> None:
    good, bad = world.start(), EndInteraction(interaction_id=new_id(), by=SYSTEM)
    outcomes = await asyncio.gather(world.do(port, good), world.do(port, bad), return_exceptions=True)
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].code == "unknown_interaction"
    assert not isinstance(outcomes[0], BaseException)


async def test_of_two_who_accept_one_wins(world: World, port: FloorPort) -> None:
    """FAULTS 44. The second is told only once the first's acceptance is committed."""
    start, agent = world.start(), world.agents[0]
    await world.do(port, start)
    await world.available(port, agent)
    offer = (await port.ask(lambda floor: list(floor.offers())))[0]
    await world.do(port, ProveOffer(offer_id=offer.id, agent_id=agent))
    other = world.agents[1]
    outcomes = await asyncio.gather(
        world.do(port, AcceptOffer(offer_id=offer.id, agent_id=agent)),
        world.do(port, AcceptOffer(offer_id=offer.id, agent_id=other)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], Refused)
    assert not isinstance(outcomes[0], BaseException)


# -- repeating -------------------------------------------------------------------------------------------------------
async def test_a_repeated_command_gets_the_earlier_receipt(world: World, port: FloorPort) -> None:
    start, id = world.start(), new_id()
    first = await world.do(port, start, id=id)
    again = await world.do(port, start, id=id)
    assert again.repeated
    assert (again.seq, again.committed) == (first.seq, first.committed)


async def test_two_of_the_same_command_at_once_are_one(world: World, port: FloorPort) -> None:
    start, id = world.start(), new_id()
    receipts = await asyncio.gather(*(world.do(port, start, id=id) for _ in range(5)))
    assert len({receipt.seq for receipt in receipts}) == 1
    assert sorted(receipt.repeated for receipt in receipts) == [False, True, True, True, True]


async def test_a_restart_remembers_what_was_carried_out(world: World, host: FloorHost, port: FloorPort) -> None:
    start, id = world.start(), new_id()
    first = await world.do(port, start, id=id)
    await host.stop()
    await host.start()
    await host.until_ready()
    again = await world.do(host.get(world.floor_id), start, id=id)
    assert again.repeated
    assert again.committed == first.committed


async def test_an_id_of_somebody_else_reveals_nothing(world: World, port: FloorPort) -> None:
    start, id = world.start(), new_id()
    await world.do(port, start, id=id, by=Party("customer", start.customer_id))
    with pytest.raises(Refused, match="id_in_use"):
        await world.do(port, start, id=id, by=Party("customer", new_id()))


async def test_a_message_id_that_is_taken_is_refused_and_harms_nobody(world: World, port: FloorPort) -> None:
    """The content's key fails the whole commit; then the culprit is found and the others go through."""
    first, second = world.start(), world.start()
    await world.do(port, first)
    await world.do(port, second)
    message, author, words = world.say(first, "原来的")
    await port.submit(message, id=new_id(), by=author, content=[words])
    stolen, thief, theirs = world.say(second, "冒名的")
    stolen = PostMessage(interaction_id=stolen.interaction_id, message_id=message.message_id, author=thief)
    honest = [world.say(second, f"第 {number} 句") for number in range(5)]
    culprit = port.submit(stolen, id=new_id(), by=thief, content=[structs.replace(theirs, id=message.message_id)])
    others = [port.submit(m, id=new_id(), by=by, content=[words]) for m, by, words in honest]
    outcome, *rest = await asyncio.gather(culprit, *others, return_exceptions=True)
    assert isinstance(outcome, Refused)
    assert outcome.code == "id_in_use"
    assert not any(isinstance(one, BaseException) for one in rest)
    async with world.db.system() as tx:
        assert await tx.scalar(select(func.count()).select_from(content)) == 6


# -- looking and listening -------------------------------------------------------------------------------------------
async def test_questions_are_answered_from_committed_state(world: World, port: FloorPort) -> None:
    seen: list[tuple[int, int]] = []

    async def look() -> None:
        for _ in range(50):
            seen.append(await port.ask(lambda floor: (port.seq, len(list(floor.contacts())))))
            await asyncio.sleep(0)

    base = port.seq
    await asyncio.gather(look(), *(world.do(port, world.start()) for _ in range(40)))
    assert all(seq - base == 2 * contacts for seq, contacts in seen)  # two events each


async def test_listeners_hear_everything_once_and_in_order(world: World, port: FloorPort) -> None:
    heard: list[int] = []
    stop = port.listen(lambda batch: heard.extend(item.seq for item in batch))
    before = port.seq
    await asyncio.gather(*(world.do(port, world.start()) for _ in range(20)))
    stop()
    await world.do(port, world.start())
    assert heard == list(range(before + 1, before + 41))


async def test_a_listener_that_fails_stops_nobody(world: World, port: FloorPort) -> None:
    def fail(batch: Sequence[Committed]) -> None:
        raise RuntimeError("a bug of mine")

    heard: list[int] = []
    port.listen(fail)
    port.listen(lambda batch: heard.extend(item.seq for item in batch))
    receipt = await world.do(port, world.start())
    assert heard[-1] == receipt.seq


async def test_what_falls_due_happens_without_anybody_asking(world: World, port: FloorPort) -> None:
    await world.do(port, world.start())
    await world.available(port, world.agents[0])
    assert len(await port.ask(lambda floor: list(floor.offers()))) == 1
    world.clock.advance(2_001)  # no proof came
    await until(port, lambda floor: not list(floor.offers()))


async def test_a_command_too_late_is_too_late_even_before_the_timer(world: World, port: FloorPort) -> None:
    """FAULTS 45. What fell due comes before what is asked now."""
    await world.do(port, world.start())
    await world.available(port, world.agents[0])
    offer = (await port.ask(lambda floor: list(floor.offers())))[0]
    world.clock.advance(2_001)
    with pytest.raises(Refused, match="offer_gone"):
        await world.do(port, AcceptOffer(offer_id=offer.id, agent_id=world.agents[0]))


# -- limits ----------------------------------------------------------------------------------------------------------
async def test_a_full_inbox_says_so_at_once(world: World) -> None:
    host = FloorHost(world.db, world.clock, inbox=16)
    await host.start()
    await host.until_ready()
    port = host.get(world.floor_id)
    await world.furnish(port)
    outcomes = await asyncio.gather(*(world.do(port, world.start()) for _ in range(40)), return_exceptions=True)
    overloaded = [one for one in outcomes if isinstance(one, Unavailable)]
    assert len(overloaded) == 24
    assert {one.why for one in overloaded} == {"overloaded"}
    await world.do(port, world.start())
    await host.stop()


async def test_after_the_end_nothing_is_accepted(world: World, host: FloorHost, port: FloorPort) -> None:
    await host.stop()
    with pytest.raises(Unavailable):
        await world.do(port, Tick())
    with pytest.raises(Unavailable):
        await port.ask(lambda floor: floor.now)
    with pytest.raises(Unavailable):
        host.get(world.floor_id)


@pytest.mark.parametrize("name", ['a"b', "a\\b", "{a,b}", "NULL", "", "a\nb", "王小明 🀄", "a'b"])
async def test_who_did_it_is_kept_exactly(world: World, port: FloorPort, name: str) -> None:
    """Arrays are written in the database's own notation: what has a meaning there must not have one here."""
    receipt = await world.do(port, world.start(), by=Party("system", name))
    async with world.db.system() as tx:
        kept = await reading.read_range(tx, world.floor_id, receipt.committed[0].seq, receipt.seq)
    assert tuple(kept) == receipt.committed


async def test_a_name_that_cannot_be_kept_fails_alone(world: World, port: FloorPort) -> None:
    good = [asyncio.create_task(world.do(port, world.start())) for _ in range(3)]
    bad = asyncio.create_task(world.do(port, world.start(), by=Party("system", "a\0b")))
    with pytest.raises(Refused):
        await bad
    assert len({(await one).seq for one in good}) == 3
