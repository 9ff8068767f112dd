"""`rexian replay`: the past is folded again, what was changed in it is found, and a wait is explained."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from rexian.cli import main
from rexian.engine.commands import DefineAgent, PublishPolicy, StartContact
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, Party, Policy, QueuePolicy, Rule
from rexian.kit import migrate
from rexian.kit.database import owner
from rexian.kit.ids import new_id
from rexian.runtime.recovery import fingerprint
from rexian.runtime.replay import looking, replay
from rexian.runtime.tables import floor, floor_snapshot, journal
from tests.runtime.conftest import until
from tests.work.conftest import Stage, stage
from tests.work.directory import LI, QUEUES, TENANTS, WANG

__all__ = ["stage"]

ENGLISH = {"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}
CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}
DAY_MS = 86_400_000
BOOST = Rule(id="typhoon", when={"region": ("coast",)}, boost_ms=600_000)


@pytest.fixture(autouse=True)
def _made_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' schema has all tables and no revision."""
    monkeypatch.setattr(migrate, "at_head", lambda url: True)


async def rexian(stage: Stage, *words: str, env: dict[str, str] = ENGLISH) -> Result:
    """`rexian replay` of the stage's floor, beside the server that runs it."""
    url = stage.db.url.render_as_string(hide_password=False)
    given = words if "--floor" in words else ("--floor", stage.floor_id, *words)
    return await asyncio.to_thread(
        CliRunner().invoke, main, ["replay", *given], env={**env, "REXIAN_DATABASE_URL": url}
    )


def told(done: Result) -> dict[str, Any]:
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


async def come(stage: Stage, name: str, **attributes: str) -> None:
    stage.ids |= {name: new_id(), f"{name}/1": new_id()}
    await stage.do(
        StartContact(
            contact_id=stage.ids[name], interaction_id=stage.ids[f"{name}/1"], tenant_id=TENANTS["yunshan"],
            customer_id=stage.customer(name), queue_id=QUEUES["phone"], medium="chat", attributes=attributes,
        )
    )  # fmt: skip
    await stage.prove(name)


async def finish(stage: Stage, name: str, agent_id: str) -> None:
    await stage.end(name, Party("agent", agent_id))
    await stage.wrap_up(name, agent_id)


@pytest.fixture
async def day(stage: Stage) -> Stage:
    """Both for phones are busy; `late` waits, `coast` comes after it and is served before it by a rule."""
    for agent_id, level in ((LI, 4), (WANG, 3)):
        spec = AgentSpec(id=agent_id, skills={"product:phone": level}, capacity={"chat": 1})
        await stage.do(DefineAgent(agent=spec))
    policy = Policy(tenant_id=TENANTS["yunshan"], version=1, queues={QUEUES["phone"]: QueuePolicy()}, rules=(BOOST,))
    await stage.do(PublishPolicy(policy=policy))
    await stage.available(LI, WANG)
    for name in ("first", "second"):
        await come(stage, name)
        stage.ids[f"{name}:agent"] = await stage.accept(name)
    stage.clock.advance(1_000)
    await come(stage, "late")
    stage.clock.advance(30_000)
    await come(stage, "coast", region="coast")
    stage.clock.advance(60_000)
    await finish(stage, "first", stage.ids["first:agent"])
    await stage.prove("coast")
    await stage.accept("coast")
    stage.clock.advance(120_000)
    await finish(stage, "second", stage.ids["second:agent"])
    await stage.prove("late")
    stage.ids["late:agent"] = await stage.accept("late")
    stage.clock.advance(5_000)
    await finish(stage, "late", stage.ids["late:agent"])
    return stage


async def tamper(stage: Stage, statement: Any) -> None:
    """As somebody with the database's own password could."""
    async with owner(stage.db.url) as engine, engine.begin() as tx:
        await tx.execute(text("SET ROLE NONE"))
        await tx.execute(statement)


async def keep_snapshot(stage: Stage, seq: int) -> None:
    """As the server would have at this event."""
    state = await fold(stage, seq)
    body = state.snapshot()
    values = {"floor_id": stage.floor_id, "seq": seq, "at": state.now, "body": body, "checksum": fingerprint(body)}
    async with stage.db.system() as tx:
        await tx.execute(floor_snapshot.insert().values(values))


async def fold(stage: Stage, seq: int) -> Floor:
    class Last:
        floor = Floor()

        def before(self, *_: Any) -> None: ...

        def after(self, seq: int, event: Any, floor: Floor) -> None:
            self.floor = floor

    last = Last()
    await replay(stage.db, stage.floor_id, 1, seq, watcher=last)
    return last.floor


# -- verifying -------------------------------------------------------------------------------------------------------
async def test_the_same_journal_gives_the_same_checksum_also_from_a_snapshot(day: Stage) -> None:
    lived = await day.port.ask(lambda floor: floor.checksum())
    once = told(await rexian(day, "--json"))
    assert once["checksum"] == lived
    assert once["whole"]
    assert once["contacts"] == {"carried": 0, "started": 4, "self_served": 0, "closed": 3, "forgotten": 0, "open": 1}
    head = once["events"]
    assert told(await rexian(day, "--json"))["checksum"] == lived
    await keep_snapshot(day, 20)
    whole = told(await rexian(day, "--json"))
    assert (whole["replay"]["begun"], whole["replay"]["snapshots"], whole["checksum"]) == (0, [20], lived)
    part = told(await rexian(day, "--json", "--from", "seq:25"))
    assert (part["replay"]["begun"], part["replay"]["folded"], part["events"]) == (20, head - 20, head - 24)
    assert part["checksum"] == lived
    upto = told(await rexian(day, "--json", "--to", "seq:20"))
    assert upto["checksum"] == (await fold(day, 20)).checksum()


async def test_every_event_leaves_the_books_balanced(day: Stage) -> None:
    head = await day.port.ask(lambda floor: day.port.seq)
    for seq in range(1, head + 1):
        done = await replay(day.db, day.floor_id, 1, seq)
        assert (done.faults, done.last) == ([], seq)


async def test_times_choose_the_range_and_local_ones_are_the_floors(day: Stage) -> None:
    # The clock stood at 2025-10-09 16:53:20 in Shanghai when the first came, and 31 s later `coast` did.
    done = await rexian(day, "--from", "2025-10-09T16:53:51", "--to", "2025-10-09T08:54:51Z")
    assert done.exit_code == 0, done.output
    assert "2025-10-09 16:53:51" in done.output
    assert "times in Asia/Shanghai" in done.output
    assert "Contacts: 3 open at the start + 1 begun = 1 ended + 3 open" in done.output
    chinese = await rexian(day, "--floor", "城市大厅", env=CHINESE)
    assert chinese.exit_code == 0, chinese.output
    assert "一切与写入时相同" in chinese.output


CHANGED = {
    "a body": (lambda row: row.values(body={"type": "NoEvent"}), "no_event"),
    "an instant": (lambda row: row.values(at=1), "column"),
    "an agent": (lambda row: row.values(agent_id=new_id()), "column"),
}


@pytest.mark.parametrize("what", CHANGED)
async def test_a_changed_row_is_named(day: Stage, what: str) -> None:
    change, code = CHANGED[what]
    await tamper(day, change(update(journal).where(journal.c.seq == 12)))
    done = await rexian(day, "--json")
    assert done.exit_code == 1
    found = told(done)
    assert [(fault["seq"], fault["code"]) for fault in found["faults"]] == [(12, code)]
    shown = await rexian(day, env=CHINESE)
    assert shown.exit_code == 1
    assert "seq 12：" in shown.stderr


async def test_a_change_that_reads_well_is_found_by_the_next_snapshot(day: Stage) -> None:
    """The wait is in no column, but the state of then was kept."""
    head = await day.port.ask(lambda floor: day.port.seq)
    await keep_snapshot(day, head)
    changed = "UPDATE journal SET body = jsonb_set(body::jsonb, '{waited_ms}', '7')::json WHERE kind = 'OfferAccepted'"
    await tamper(day, text(changed))
    done = await rexian(day, "--json")
    assert done.exit_code == 1
    assert [(fault["seq"], fault["code"]) for fault in told(done)["faults"]] == [(head, "snapshot_differs")]


async def test_an_instant_that_goes_back_is_named(day: Stage) -> None:
    await tamper(
        day, text("UPDATE journal SET at = 5, body = jsonb_set(body::jsonb, '{at}', '5')::json WHERE seq = 12")
    )
    faults = told(await rexian(day, "--json"))["faults"]
    assert [(fault["seq"], fault["code"]) for fault in faults] == [(12, "back_in_time")]


async def test_what_breaks_before_a_contact_came_is_said_instead_of_its_story(day: Stage) -> None:
    await tamper(day, journal.delete().where(journal.c.seq == 5))
    done = await rexian(day, "--json", "--contact", day.ids["late"])
    assert done.exit_code == 1
    assert "contact" not in told(done)
    assert not told(done)["replay"]["complete"]


async def test_a_contacts_story_ends_where_its_journal_breaks(day: Stage) -> None:
    async with day.db.system() as tx:
        rows = (await tx.execute(journal.select().where(journal.c.contact_id == day.ids["late"]))).all()
    last = max(row.seq for row in rows)
    await tamper(day, text(f"UPDATE journal SET body = '7'::json WHERE seq = {last}"))
    done = await rexian(day, "--json", "--contact", day.ids["late"])
    assert done.exit_code == 1
    assert [(fault["seq"], fault["code"]) for fault in told(done)["faults"]] == [(last, "no_event")]
    assert "accepted" in told(done)["contact"]["story"]


async def test_a_contact_offered_to_two_is_found(day: Stage) -> None:
    async with day.db.system() as tx:
        rows = (await tx.execute(journal.select().order_by(journal.c.seq))).all()
    head = rows[-1].seq
    [offer] = [row for row in rows if (row.kind, row.contact_id) == ("InteractionOffered", day.ids["coast"])]
    twice = dict(offer._mapping) | {"seq": head + 1, "at": rows[-1].at, "body": offer.body | {"at": rows[-1].at}}
    await tamper(day, journal.insert().values(**twice))
    found = told(await rexian(day, "--json"))
    assert found["faults"][0]["seq"] == head + 1
    assert found["faults"][0]["code"] == "offered_twice"
    assert "in_two_hands" in [fault["code"] for fault in found["faults"]]


async def test_a_missing_row_and_a_cut_end_are_named(day: Stage) -> None:
    head = await day.port.ask(lambda floor: day.port.seq)
    await keep_snapshot(day, head)
    await tamper(day, journal.delete().where(journal.c.seq == head))
    assert [fault["code"] for fault in told(await rexian(day, "--json"))["faults"]] == ["cut_off"]
    await tamper(day, journal.delete().where(journal.c.seq == 5))
    done = await rexian(day)
    assert done.exit_code == 1
    assert "seq 6: the row 5 is missing (it must follow 4)" in done.stderr
    assert "Stopped after seq 4" in done.stderr


async def test_nothing_is_changed_and_no_lease_is_taken(day: Stage) -> None:
    before = await day.port.ask(lambda floor: (day.port.seq, day.port.epoch, floor.checksum()))
    assert (await rexian(day)).exit_code == 0
    assert await day.port.ask(lambda floor: (day.port.seq, day.port.epoch, floor.checksum())) == before


async def test_it_could_not_write_if_it_wanted_to(day: Stage) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with looking(day.db) as tx:
            await tx.execute(floor.insert().values(id=new_id(), name="新大厅"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--floor", "月球"], "没有名为“月球”的大厅。现有：城市大厅"),
        (["--contact", "nobody"], "这个大厅从未有过联络 nobody"),
        (["--from", "gestern"], "“gestern”不是时间"),
        (["--from", "seq:x"], "“seq:x”不是时间"),
        (["--to", "seq:99999"], "日志到 seq"),
        (["--from", "2099-01-01"], "这个范围内没有事件"),
    ],
)
async def test_what_there_is_not_is_said_in_the_terminals_language(stage: Stage, words: list[str], said: str) -> None:
    done = await rexian(stage, *words, env=CHINESE)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


async def test_an_hour_that_the_clocks_showed_twice_is_not_guessed(stage: Stage) -> None:
    async with stage.db.system() as tx:
        await tx.execute(update(floor).values(tz="Europe/Berlin"))
    done = await rexian(stage, "--from", "2025-10-26T02:30")
    assert done.exit_code == 2
    assert "add the offset" in done.stderr
    assert (await rexian(stage, "--to", "2025-10-26T02:30+02:00")).exit_code == 0


# -- why somebody waited -----------------------------------------------------------------------------------------------
async def test_a_wait_is_explained_in_both_languages(day: Stage) -> None:
    done = await rexian(day, "--contact", day.ids["late"])
    assert done.exit_code == 0, done.output
    for words in (
        "Joined the queue “Phone support”",
        "Place 1 of 1; 2 on duty could take it, 0 of them free",
        "Why 3 min 30 s of waiting: everybody who could take it was busy (3 min 30 s); "
        "1 went first: 1 by a rule’s head start (“typhoon” 1)",
        "accepted; the customer had waited 3 min 30 s",
    ):
        assert words in done.output
    chinese = await rexian(day, "--contact", day.ids["late"], env=CHINESE)
    for words in (
        "排在第 1 位（共 1 位），在岗能接的 2 人，其中空闲 0 人",
        "等了 3 分 30 秒 的原因：能接的人都在忙（3 分 30 秒），有 1 位先得到接待：因规则优先 1 位（「typhoon」1 位）",
    ):
        assert words in chinese.output


async def test_the_customer_and_the_agent_hear_what_they_may(day: Stage) -> None:
    customer = (await rexian(day, "--contact", day.ids["late"], "--reader", "customer")).output
    assert "You were number 1 in line" in customer
    assert "Why you waited 3 min 30 s: everyone who could help you was with other customers" in customer
    assert "customers ahead of you who were served first: 1" in customer
    for inner in ("李晓雯", "王磊", "typhoon", "on duty"):
        assert inner not in customer
    agent = (await rexian(day, "--contact", day.ids["late"], "--reader", "agent")).output
    assert "1 went first" in agent
    assert "typhoon" not in agent


async def test_a_contact_that_the_floor_has_forgotten_is_explained(day: Stage) -> None:
    before = told(await rexian(day, "--json", "--contact", day.ids["late"]))
    day.clock.advance(DAY_MS + 120_000)
    await until(day.port, lambda floor: floor.contact(day.ids["late"]) is None)
    await day.host.stop()  # which keeps a snapshot of a floor that knows nothing of it any more
    after = told(await rexian(day, "--json", "--contact", day.ids["late"]))
    assert after["contact"] == before["contact"]
    [wait] = after["contact"]["waits"]
    assert wait["overtaken"] == {"rule": 1}
    assert wait["spent"] == {"busy": 210_000}
    assert wait["begun"]["reach"] == {"on_duty": 2, "free": 0, "blocked": {}}
