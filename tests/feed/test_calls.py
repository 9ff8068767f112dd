"""Live calls over the feed, on the real server and database: hold, consult, listen, take over, record, dial out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from rexian.directory.audit.tables import audit
from rexian.directory.people.tables import person, person_serves, role_grant
from rexian.directory.signals import announce
from rexian.engine.commands import QueueInteraction, ReceiveContact
from rexian.engine.specs import Party
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.runtime.tables import content
from tests.served import Desk, Served, serving

SYSTEM = Party("system", "test")


@pytest.fixture(scope="module")
async def running_city(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A city whose agents take calls; Wang supervises as well."""
    async with serving(db_module, tmp_path_factory.mktemp("home")) as served:
        city = served.city
        async with served.house.db.system() as tx:
            await tx.execute(person.update().values(capacity={"chat": 3, "voice": 1}))
            grant = {"person_id": city.wang, "role": "supervisor", "tenant_id": city.yunshan}
            await tx.execute(role_grant.insert().values(grant))
            await tx.execute(person_serves.insert().values(person_id=city.wang, tenant_id=city.jianglan))
            await announce(tx, "directory_changed", tenant_id=city.yunshan)
        await _until_they_take_calls(served)
        yield served


async def _until_they_take_calls(served: Served) -> None:
    desk = await served.desk(served.city.zhao, "wall")
    agents = desk.view("wall", "agents")
    for id in (served.city.li, served.city.wang):
        await desk.until(lambda id=id: agents[id]["capacity"].get("voice") == 1)  # type: ignore[misc]
    await desk.close()


@dataclass
class Call:
    """A voice contact as the voice channel begins it, without any media."""

    contact: str
    interaction: str

    @classmethod
    async def of(cls, served: Served) -> Call:
        city, one = served.city, cls(new_id(), new_id())
        port = served.house.rooms[city.floor_id].port
        await port.submit(
            ReceiveContact(contact_id=one.contact, interaction_id=one.interaction, tenant_id=city.yunshan,
                           customer_id=new_id(), medium="voice"),
            id=new_id(), by=SYSTEM,
        )  # fmt: skip
        queued = QueueInteraction(interaction_id=one.interaction, queue_id=city.phones)
        await port.submit(queued, id=new_id(), by=SYSTEM)
        return one


async def talking(served: Served) -> tuple[Desk, Call]:
    """Li talks with a customer on the phone."""
    li = await served.desk(served.city.li, "me")
    await li.available()
    call = await Call.of(served)
    handling = await li.accept()
    assert (handling["id"], handling["medium"]) == (call.interaction, "voice")
    assert (handling["held_at"], handling["held_ms"], handling["recording"]) == (0, 0, "")
    assert (handling["participants"], handling["consult"], handling["consult_of"]) == ([], None, "")
    return li, call


def mine(desk: Desk, call: Call) -> dict[str, Any]:
    return desk.view("me", "handlings").get(call.interaction, {})


def on_the_wall(desk: Desk, agent_id: str, call: Call) -> dict[str, Any]:
    """The call in the agent's row; empty as long as it isn't there, while those of before may be."""
    calls = desk.view("wall", "agents")[agent_id]["calls"]
    return next((one for one in calls if one["interaction_id"] == call.interaction), {})


async def audited(served: Served, call: Call) -> list[tuple[str, str]]:
    async with served.house.db.system() as tx:
        rows = await tx.execute(
            sa.select(audit.c.action, audit.c.actor_id).where(audit.c.object_id == call.interaction).order_by("seq")
        )
        return [(row.action, row.actor_id) for row in rows]


# -- the agent ---------------------------------------------------------------------------------------------------------
async def test_hold_and_recording_show_at_the_desk_and_in_the_contact(served: Served) -> None:
    li, call = await talking(served)
    topic = f"contact:{call.contact}"
    await li.sub(topic)
    await li.do("SetHold", interaction_id=call.interaction, on=True)
    await li.until(lambda: mine(li, call)["held_at"] > 0)
    await li.do("SetHold", interaction_id=call.interaction, on=False)
    await li.until(lambda: mine(li, call)["held_at"] == 0)
    await li.do("SetRecording", interaction_id=call.interaction, state="on")
    await li.do("SetRecording", interaction_id=call.interaction, state="paused", why="card")
    await li.until(lambda: mine(li, call)["recording"] == "paused")
    row = li.view(topic, "interactions")[call.interaction]
    assert (row["state"], row["medium"], row["recording"]) == ("talking", "voice", "paused")
    assert row["held_ms"] == mine(li, call)["held_ms"]
    off = await li.cmd("SetRecording", interaction_id=call.interaction, state="off")
    assert off["code"] == "validation"
    await li.close()


async def test_a_colleague_is_asked_and_takes_the_customer(served: Served) -> None:
    li, call = await talking(served)
    wang = await served.desk(served.city.wang, "me")
    await wang.available()
    ask = new_id()
    await li.do("Consult", interaction_id=call.interaction, consult_id=ask, to_agent_id=served.city.wang, note="要退货")
    offer = await wang.until(lambda: next(iter(wang.view("me", "offers").values()), None))
    assert offer["consult_of"] == call.interaction
    assert offer["consult_by"] == {"id": served.city.li, "name": "李晓雯"}
    await li.until(lambda: (mine(li, call)["consult"] or {}).get("state") == "offered")
    await wang.accept()
    await li.until(lambda: (mine(li, call)["consult"] or {}).get("state") == "talking")
    consult = mine(li, call)["consult"]
    assert (consult["interaction_id"], consult["agent_id"], consult["name"]) == (ask, served.city.wang, "王磊")
    early = await wang.cmd("CompleteTransfer", interaction_id=call.interaction, consult_id=ask)
    assert early["code"] == "not_your_interaction"
    await wang.sub(f"contact:{call.contact}")
    assert "要退货" in [note["text"] for note in wang.view(f"contact:{call.contact}", "notes").values()]
    await li.do("CompleteTransfer", interaction_id=call.interaction, consult_id=ask)
    await wang.until(lambda: wang.view("me", "handlings")[ask]["consult_of"] == "")
    await li.until(lambda: mine(li, call)["state"] == "after_contact_work")
    rows = wang.view(f"contact:{call.contact}", "interactions")
    assert (rows[ask]["consult_of"], rows[call.interaction]["consult"]) == ("", None)
    for one in (li, wang):
        await one.close()


async def test_a_consultation_may_be_given_up_before_anybody_answers(served: Served) -> None:
    li, call = await talking(served)
    ask = new_id()
    nobody = await li.cmd("Consult", interaction_id=call.interaction, consult_id=ask)
    assert nobody["code"] == "target_missing"
    await li.do("Consult", interaction_id=call.interaction, consult_id=ask, to_queue_id=served.city.phones)
    await li.until(lambda: mine(li, call)["consult"])
    assert mine(li, call)["consult"]["name"] == "手机售后"
    await li.do("EndInteraction", interaction_id=ask)
    await li.until(lambda: mine(li, call)["consult"] is None)
    assert mine(li, call)["state"] == "talking"
    await li.close()


async def test_somebody_outside_is_called_in_and_sent_away(served: Served) -> None:
    """The number is stored beside the journal, never in it, and whoever dials is told it with the event."""
    li, call = await talking(served)
    topic, guest = f"contact:{call.contact}", new_id()
    await li.sub(topic)
    for number in ("110; rm", "+", "1" * 30, "１３８００１３８０００"):
        bad = await li.cmd("AddExternal", interaction_id=call.interaction, participant_id=guest, number=number)
        assert bad["code"] == "number_invalid", number
    await li.do("AddExternal", interaction_id=call.interaction, participant_id=guest, number="+86 138-0013-8000")
    await li.until(lambda: mine(li, call)["participants"])
    assert mine(li, call)["participants"] == [{"person_id": guest, "name": "", "role": "external"}]
    shown = li.view(topic, "interactions")[call.interaction]["participants"]
    assert [one["name"] for one in shown] == ["+8613800138000"]
    async with served.house.db.system() as tx:
        rows = await tx.execute(sa.select(content.c.text).where(content.c.contact_id == call.contact))
        assert [row.text for row in rows] == ["+8613800138000"]
    await li.do("RemoveParticipant", interaction_id=call.interaction, person_id=guest)
    await li.until(lambda: not mine(li, call)["participants"])
    await li.close()


# -- the supervisor ----------------------------------------------------------------------------------------------------
async def test_a_supervisor_picks_a_call_on_the_wall_and_joins_it(served: Served) -> None:
    """Listen, whisper, join; each is audited once, and the agent sees it."""
    li, call = await talking(served)
    zhao = await served.desk(served.city.zhao, "wall")
    row = await zhao.until(lambda: on_the_wall(zhao, served.city.li, call))
    assert (row["medium"], row["held"]) == ("voice", False)
    assert (row["contact_id"], row["tenant_id"]) == (call.contact, served.city.yunshan)
    id = new_id()
    await zhao.do("JoinInteraction", id=id, interaction_id=call.interaction, role="listen")
    await zhao.do("JoinInteraction", id=id, interaction_id=call.interaction, role="listen")
    await zhao.do("JoinInteraction", interaction_id=call.interaction, role="listen")
    await zhao.do("JoinInteraction", interaction_id=call.interaction, role="whisper")
    await zhao.do("JoinInteraction", interaction_id=call.interaction, role="barge")
    await li.until(lambda: mine(li, call)["participants"])
    await li.until(lambda: mine(li, call)["participants"][0]["role"] == "barge")
    assert mine(li, call)["participants"] == [{"person_id": served.city.zhao, "name": "赵敏", "role": "barge"}]
    sent_away = await li.cmd("RemoveParticipant", interaction_id=call.interaction, person_id=served.city.zhao)
    assert (sent_away["t"], sent_away["code"]) == ("nack", "scope_missing")
    await zhao.do("LeaveInteraction", interaction_id=call.interaction)
    await li.until(lambda: not mine(li, call)["participants"])
    zhao_id = served.city.zhao
    assert await audited(served, call) == [
        ("call.listened", zhao_id), ("call.whispered", zhao_id), ("call.barged", zhao_id)
    ]  # fmt: skip
    for one in (li, zhao):
        await one.close()


async def test_only_those_with_the_right_join_and_only_calls_of_their_company(served: Served) -> None:
    li, call = await talking(served)
    he, qian = await served.desk(served.city.he), await served.desk(served.city.qian)
    for desk in (he, qian):  # another company's: it doesn't exist for them
        assert (await desk.cmd("JoinInteraction", interaction_id=call.interaction, role="listen"))[
            "code"
        ] == "not_found"
        assert (await desk.cmd("TakeOver", interaction_id=call.interaction))["code"] == "not_found"
        assert (await desk.cmd("LeaveInteraction", interaction_id=call.interaction))["code"] == "not_found"
    own = await li.cmd("JoinInteraction", interaction_id=call.interaction, role="listen")
    assert own["code"] == "scope_missing"
    assert [action for action, _ in await audited(served, call)] == ["access.refused"] * 6
    for one in (li, he, qian):
        await one.close()


async def test_what_the_floor_refuses_is_not_in_the_audit_trail(served: Served) -> None:
    zhao = await served.desk(served.city.zhao)
    call = await Call.of(served)  # nobody has answered yet
    refused = await zhao.cmd("JoinInteraction", interaction_id=call.interaction, role="listen")
    assert refused["code"] == "not_talking"
    assert await audited(served, call) == []
    await zhao.close()


async def test_a_call_is_taken_over_by_a_supervisor_who_is_an_agent(served: Served) -> None:
    li, call = await talking(served)
    zhao, wang = await served.desk(served.city.zhao), await served.desk(served.city.wang, "me")
    refused = await zhao.cmd("TakeOver", interaction_id=call.interaction)
    assert (refused["code"], refused["title"][:18]) == ("take_over_needs_agent", "Only agents can ta")
    await wang.do("JoinInteraction", interaction_id=call.interaction, role="listen")
    await wang.do("TakeOver", interaction_id=call.interaction)  # and need not be available
    await wang.until(lambda: mine(wang, call).get("state") == "talking")
    assert mine(wang, call)["participants"] == []
    await li.until(lambda: not li.view("me", "handlings"))
    assert [action for action, _ in await audited(served, call)] == ["call.listened", "call.taken_over"]
    for one in (li, zhao, wang):
        await one.close()


async def test_a_company_may_keep_from_its_agents_who_listens(served: Served) -> None:
    """The switch is a field of the tenant; it shows and hides at once, also in the story that an agent reads."""
    li, call = await talking(served)
    zhao, city = await served.desk(served.city.zhao, "wall"), served.city
    await zhao.do("JoinInteraction", interaction_id=call.interaction, role="listen")
    await li.until(lambda: mine(li, call)["participants"])
    async with await served.staff(city.sun) as admin:
        changed = await admin.patch(f"/api/tenants/{city.yunshan}", json={"supervision_shown": False})
        assert (changed.status_code, changed.json()["supervision_shown"]) == (200, False)
    await li.until(lambda: not mine(li, call)["participants"])
    await zhao.until(lambda: on_the_wall(zhao, city.li, call).get("participants"))
    async with await served.staff(city.li) as agent, await served.staff(city.zhao) as supervisor:
        path = f"/api/contacts/{call.contact}/trace?locale=zh-CN"
        assert "旁听" not in (await agent.get(path)).json()["story"]
        assert "赵敏开始旁听" in (await supervisor.get(path)).json()["story"]
        assert "旁听" not in (await supervisor.get(path + "&reader=customer")).json()["story"]
        async with await served.staff(city.sun) as admin:
            await admin.patch(f"/api/tenants/{city.yunshan}", json={"supervision_shown": True})
        await li.until(lambda: mine(li, call)["participants"])
        assert "赵敏开始旁听" in (await agent.get(path)).json()["story"]
    for one in (li, zhao):
        await one.close()
