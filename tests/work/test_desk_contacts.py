"""Contacts at the desk: who may see which, what a list and a contact show, drafts, transfer targets, the export."""

from __future__ import annotations

import csv
import io
from typing import Any, cast

import pytest
from sqlalchemy import select

from rexian.directory.sign_in.principals import load_principal
from rexian.kit.ids import new_id
from rexian.runtime.port import FloorPort, Unavailable
from rexian.work.desk.contract import sees_one_of, visible_contact
from rexian.work.desk.export import neutral
from rexian.work.desk.tables import contact
from rexian.work.desk.timeline import customer_timeline
from tests.served import Served
from tests.work.helpers import Talk, caught_up, refusals, talk


@pytest.fixture
async def talked(served: Served) -> Any:
    """李晓雯 has answered a customer of 云杉智能 and wrapped up."""
    done = await talk(served, served.city.li)
    await done.desk.say(done.interaction, "您好，请问用的是原装充电器吗？")
    await done.desk.do("AddNote", contact_id=done.contact, note_id=new_id(), text="老客户，耐心些")
    await done.finish(text="换线后恢复快充")
    await caught_up(served)
    yield done
    await done.close()


async def test_a_contact_is_shown_whole_to_the_agent_who_handled_it(served: Served, talked: Talk) -> None:
    async with await served.staff(served.city.li) as li:
        shown = (await li.get(f"/api/contacts/{talked.contact}")).raise_for_status().json()
    assert shown["contact"]["customer_name"] == "陈晨"
    assert [(m["number"], m["author"]["kind"], m["text"]) for m in shown["messages"]] == [
        (1, "customer", "你好，手机充不进电"),
        (2, "agent", "您好，请问用的是原装充电器吗？"),
    ]
    assert [(note["author"]["name"], note["text"]) for note in shown["notes"]] == [("李晓雯", "老客户，耐心些")]
    (interaction,) = shown["interactions"]
    assert (interaction["queue_name"], interaction["agent"]["name"]) == ("手机售后", "李晓雯")
    assert (interaction["outcome"], interaction["disposition"], interaction["wrap_up"]) == (
        "handled", "resolved", "换线后恢复快充",
    )  # fmt: skip


async def test_other_agents_find_nothing_and_the_attempt_is_audited(served: Served, talked: Talk) -> None:
    """FAULTS 3: the same answer for what is not theirs and for what does not exist."""
    async with await served.staff(served.city.wang) as wang:
        not_mine = await wang.get(f"/api/contacts/{talked.contact}")
        nothing = await wang.get(f"/api/contacts/{new_id()}")
    assert (not_mine.status_code, not_mine.json()["code"]) == (404, "not_found")
    assert not_mine.json()["title"] == nothing.json()["title"]
    (row,) = await refusals(served, served.city.yunshan, talked.contact)
    assert row.actor_id == served.city.wang


class Away:
    """A floor that can't be asked: its leader has just gone."""

    async def ask(self, question: Any) -> Any:
        raise Unavailable("recovering")


async def test_while_the_floor_cannot_be_asked_nobody_is_refused_who_may_be_right(served: Served, talked: Talk) -> None:
    """What is written is read on; an agent whose contact is too new for that is told to come again, not "no"."""
    db, clock, away = served.house.db, served.house.clock, cast(FloorPort, Away())
    async with db.system() as tx:
        li = await load_principal(tx, served.city.li, session_id=new_id(), via="session", demo=False)
        wang = await load_principal(tx, served.city.wang, session_id=new_id(), via="session", demo=False)
    assert li is not None
    assert wang is not None
    assert (await visible_contact(db, clock, away, li, talked.contact)).id == talked.contact
    for contact_id in (talked.contact, new_id()):
        with pytest.raises(Unavailable):
            await visible_contact(db, clock, away, wang, contact_id)
        with pytest.raises(Unavailable):
            await sees_one_of(db, away, wang, [contact_id])
    assert await sees_one_of(db, away, li, [new_id(), talked.contact])
    assert not await refusals(served, served.city.yunshan, talked.contact)
    async with db.system() as tx:
        qian = await load_principal(tx, served.city.qian, session_id=new_id(), via="session", demo=False)
    assert qian is not None
    with pytest.raises(Unavailable):  # another company's never is: it is kept that they tried, and nothing is told
        await visible_contact(db, clock, away, qian, talked.contact)
    assert await refusals(served, served.city.jianglan, talked.contact)


async def test_who_reads_everything_reads_on_while_the_floor_cannot_be_asked(served: Served, talked: Talk) -> None:
    db, clock, away = served.house.db, served.house.clock, cast(FloorPort, Away())
    async with db.system() as tx:
        zhao = await load_principal(tx, served.city.zhao, session_id=new_id(), via="session", demo=False)
        wang = await load_principal(tx, served.city.wang, session_id=new_id(), via="session", demo=False)
        customer_id = await tx.scalar(select(contact.c.customer_id).where(contact.c.id == talked.contact))
    assert zhao is not None
    assert wang is not None
    page = await customer_timeline(db, clock, away, zhao, customer_id, cursor=None, limit=10)
    assert [item.id for item in page.items] == [talked.contact]
    with pytest.raises(Unavailable):
        await customer_timeline(db, clock, away, wang, customer_id, cursor=None, limit=10)


@pytest.mark.parametrize("path", ["", "/draft", "/trace"])
async def test_staff_of_another_tenant_find_nothing(served: Served, talked: Talk, path: str) -> None:
    """FAULTS 3."""
    person = served.city.he if path == "/draft" else served.city.qian
    async with await served.staff(person) as stranger:
        assert (await stranger.get(f"/api/contacts/{talked.contact}{path}")).status_code == 404
    assert await refusals(served, served.city.jianglan, talked.contact)


async def test_a_supervisor_sees_all_contacts_of_the_tenant_and_no_others(served: Served, talked: Talk) -> None:
    other = await talk(served, served.city.he, site="jianglan", text="停电了", name="刘洋")
    await caught_up(served)
    async with await served.staff(served.city.zhao) as zhao, await served.staff(served.city.qian) as qian:
        ours = {item["id"] for item in (await zhao.get("/api/contacts?limit=200")).json()["items"]}
        theirs = {item["id"] for item in (await qian.get("/api/contacts?limit=200")).json()["items"]}
        assert (await zhao.get(f"/api/contacts/{talked.contact}")).status_code == 200
    assert talked.contact in ours
    assert other.contact in theirs
    assert not ours & theirs
    await other.close()


async def test_an_agent_lists_what_they_handled(served: Served, talked: Talk) -> None:
    async with await served.staff(served.city.li) as li, await served.staff(served.city.wang) as wang:
        mine = (await li.get("/api/contacts")).json()["items"]
        his = (await wang.get("/api/contacts")).json()["items"]
    item = next(item for item in mine if item["id"] == talked.contact)
    assert talked.contact not in {item["id"] for item in his}
    assert item["preview"] == "你好，手机充不进电"
    assert item["state"] == "closed"
    assert [agent["name"] for agent in item["agents"]] == ["李晓雯"]


async def test_filters_and_pages(served: Served, talked: Talk) -> None:
    second = await talk(served, served.city.li, topic="home", text="扫地机器人不动了")
    await caught_up(served)
    async with await served.staff(served.city.zhao) as zhao:

        async def found(**filters: Any) -> set[str]:
            reply = (await zhao.get("/api/contacts", params=filters | {"limit": 200})).raise_for_status()
            return {item["id"] for item in reply.json()["items"]} & {talked.contact, second.contact}

        assert await found(queue=served.city.homes) == {second.contact}
        assert await found(open=True) == {second.contact}
        assert await found(open=False, outcome="handled", disposition="resolved") == {talked.contact}
        assert await found(agent=served.city.wang) == set()
        assert await found(simulated=True) == set()
        assert await found(**{"from": 2**52}) == set()
        first = (await zhao.get("/api/contacts?limit=1")).json()
        rest = (await zhao.get("/api/contacts", params={"limit": 200, "cursor": first["next_cursor"]})).json()
        assert first["items"][0]["id"] == second.contact
        assert talked.contact in {item["id"] for item in rest["items"]}
        assert second.contact not in {item["id"] for item in rest["items"]}
    await second.close()


@pytest.mark.parametrize(
    "query",
    ["cursor=AAAA", "cursor=%00", "queue=' OR 1=1", "from=-1", "from=1e400", "limit=0", "limit=9999", "open=maybe"],
)
async def test_malformed_filters_are_refused(served: Served, query: str) -> None:
    """FAULTS 7, 17."""
    async with await served.staff(served.city.zhao) as zhao:
        assert (await zhao.get(f"/api/contacts?{query}")).status_code == 400


# -- drafts ----------------------------------------------------------------------------------------------------------
async def test_a_draft_is_kept_and_a_stale_one_is_refused(served: Served) -> None:
    now = await talk(served, served.city.li)
    address = f"/api/contacts/{now.contact}/draft"
    async with await served.staff(served.city.li) as here, await served.staff(served.city.li) as there:
        assert (await here.get(address)).json() == {"text": "", "rev": 0}
        assert (await here.put(address, json={"text": "您好", "rev": 0})).json() == {"rev": 1}
        assert (await here.put(address, json={"text": "您好", "rev": 0})).json() == {"rev": 1}, "the answer was lost"
        assert (await there.put(address, json={"text": "您好，陈先生", "rev": 1})).json() == {"rev": 2}
        stale = await here.put(address, json={"text": "另一个窗口", "rev": 1})
        assert (stale.status_code, stale.json()["code"]) == (409, "draft_changed")
        assert (await here.get(address)).json() == {"text": "您好，陈先生", "rev": 2}
    await now.close()


async def test_a_draft_goes_with_the_wrap_up(served: Served) -> None:
    now = await talk(served, served.city.li)
    address = f"/api/contacts/{now.contact}/draft"
    async with await served.staff(served.city.li) as li:
        await li.put(address, json={"text": "没发出去的话", "rev": 0})
        await now.finish()
        await caught_up(served)
        assert (await li.get(address)).json() == {"text": "", "rev": 0}
    await now.close()


@pytest.mark.parametrize(
    "body", [{"text": "x" * 8001, "rev": 0}, {"text": "a\x00b", "rev": 0}, {"text": "x", "rev": -1}, {}]
)
async def test_bad_drafts_are_refused(served: Served, body: dict[str, Any]) -> None:
    """FAULTS 17, 18."""
    async with await served.staff(served.city.li) as li:
        assert (await li.put(f"/api/contacts/{new_id()}/draft", json=body)).status_code == 400


async def test_a_contact_is_open_to_its_agent_before_any_reader_has_seen_it(served: Served) -> None:
    """The floor knows at once; the rows follow."""
    await served.house.readers.stop()
    try:
        now = await talk(served, served.city.li)
        async with await served.staff(served.city.li) as li:
            assert (await li.get(f"/api/contacts/{now.contact}")).status_code == 200
            put = await li.put(f"/api/contacts/{now.contact}/draft", json={"text": "在打字", "rev": 0})
            assert put.status_code == 200
        await now.close()
    finally:
        served.house.readers.start([reader for part in served.house.slices for reader in part.readers])


# -- transfer targets --------------------------------------------------------------------------------------------------
async def test_transfer_targets_are_the_tenants_queues_and_colleagues_with_their_state(served: Served) -> None:
    wang = await served.desk(served.city.wang, "me")
    await wang.do("SetAgentState", state="not_ready", reason="lunch")
    now = await talk(served, served.city.li)
    async with await served.staff(served.city.li) as li:
        targets = (await li.get("/api/transfer-targets", params={"interaction_id": now.interaction})).json()
        other = await li.get("/api/transfer-targets", params={"interaction_id": new_id()})
    assert {queue["name"] for queue in targets["queues"]} == {"手机售后", "智能家居"}, "not the other tenant's"
    assert all(queue["available_agents"] == 1 for queue in targets["queues"]), "李晓雯 herself has places left"
    (person,) = targets["people"]
    assert (person["name"], person["state"], person["reason"], person["eligible"]) == (
        "王磊",
        "not_ready",
        "lunch",
        False,
    )
    assert other.status_code == 404
    await wang.close()
    await now.close()


# -- the customer's timeline -------------------------------------------------------------------------------------------
async def test_earlier_contacts_follow_merges_and_open_while_the_customer_is_at_the_desk(served: Served) -> None:
    first = await talk(served, served.city.wang, text="第一次来", name="周敏")
    await first.finish(text="第一次已处理")
    await first.desk.do("SetAgentState", state="not_ready", reason="break")
    second = await talk(served, served.city.li, text="换了浏览器又来了", name="周敏")
    await caught_up(served)
    async with await served.staff(served.city.li) as li, await served.staff(served.city.zhao) as zhao:

        async def customer_of(contact: str) -> str:
            return str((await zhao.get(f"/api/contacts/{contact}")).json()["contact"]["customer_id"])

        old, new = await customer_of(first.contact), await customer_of(second.contact)
        assert (await li.get(f"/api/contacts/{first.contact}")).status_code == 404
        (await zhao.post(f"/api/customers/{old}/merge", json={"into": new})).raise_for_status()
        for customer in (old, new):
            items = (await li.get(f"/api/customers/{customer}/contacts")).json()["items"]
            assert [item["id"] for item in items] == [second.contact, first.contact]
        assert items[1]["wrap_up"] == "第一次已处理"
        assert items[1]["agent_names"] == ["王磊"]
        assert (await li.get(f"/api/contacts/{first.contact}")).status_code == 200, "the customer is at her desk"
        await second.finish()
        await caught_up(served)
        items = (await li.get(f"/api/customers/{new}/contacts")).json()["items"]
        assert [item["id"] for item in items] == [second.contact], "afterwards only what she handled herself"
    async with await served.staff(served.city.he) as stranger:
        assert (await stranger.get(f"/api/customers/{new}/contacts")).status_code == 404
    await first.close()
    await second.close()


# -- the export ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"),
        ("＝1+1", "'＝1+1"),
        ("%0A=1", "'%0A=1"),
        ("正常文字", "正常文字"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_neutralised(cell: str, written: str) -> None:
    """FAULTS 55."""
    assert neutral(cell) == written


async def test_the_export_holds_the_list_as_text_for_spreadsheets(served: Served) -> None:
    """FAULTS 8, 19, 55: a customer's formula, quotes, lines and emoji arrive as what they are, and inert."""
    nasty = '=HYPERLINK("http://evil.example","点我")\n第二行 👩🏽‍💻'
    now = await talk(served, served.city.li, text=nasty, name="@SUM(1)")
    await now.finish()
    await caught_up(served)
    async with await served.staff(served.city.zhao) as zhao, await served.staff(served.city.li) as li:
        reply = await zhao.get("/api/contacts/export", headers={"accept-language": "zh-CN"})
        assert (await li.get("/api/contacts/export")).status_code == 403, "agents export nothing"
    assert reply.content.startswith("\ufeff".encode())
    assert "attachment" in reply.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"), newline="")))
    row = next(row for row in rows if now.contact in row.values())
    assert "'@SUM(1)" in row.values()
    assert any(value.startswith("'=HYPERLINK") for value in row.values())
    await now.close()
