"""The trace and today's figures as the API gives them, on contacts that really happened."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rexian.runtime.tables import content, journal
from rexian.work.figures.today import midnight
from tests.served import Served
from tests.work.helpers import caught_up, talk


async def test_a_contacts_story_reads_in_both_languages(served: Served) -> None:
    now = await talk(served, served.city.li, text="手机充不进电")
    await now.desk.say(now.interaction, "您好，我来看看")
    await now.finish(text="换线解决")
    await now.page.ask("rate", score=5, comment="很快")
    async with await served.staff(served.city.zhao) as zhao:
        chinese = (await zhao.get(f"/api/contacts/{now.contact}/trace?locale=zh-CN")).raise_for_status().json()
        english = (await zhao.get(f"/api/contacts/{now.contact}/trace")).raise_for_status().json()
    texts = [entry["text"] for entry in chinese["entries"]]
    for said in (
        "陈晨发起咨询",
        "进入队列「手机售后」排队，需要普通话",
        "陈晨说：「手机充不进电」",
        "李晓雯接起，客户几乎没有等待",
        "李晓雯回复：「您好，我来看看」",
        "客户评价 5 分（非常满意）：「很快」",
        "联络关闭",
    ):
        assert any(text.startswith(said.split("，需要")[0]) for text in texts), (said, texts)
    assert any(text.startswith("派接给李晓雯：") for text in texts)
    assert any("完成小结" in text and "「换线解决」" in text for text in texts)
    assert any(entry["text"].startswith("Offered to 李晓雯:") for entry in english["entries"]), "赵敏 reads English"
    assert chinese["contact"]["customer_name"] == "陈晨"
    assert [entry["seq"] for entry in chinese["entries"]] == sorted(entry["seq"] for entry in chinese["entries"])
    assert all(entry["time"] in chinese["story"] for entry in chinese["entries"])
    await now.close()


async def test_erased_words_leave_the_story_whole(served: Served) -> None:
    now = await talk(served, served.city.li, text="这句话会被删除")
    async with served.house.db.system() as tx:
        await tx.execute(content.delete().where(content.c.contact_id == now.contact))
    async with await served.staff(served.city.zhao) as zhao:
        story = (await zhao.get(f"/api/contacts/{now.contact}/trace?locale=zh-CN")).json()["story"]
        shown = (await zhao.get(f"/api/contacts/{now.contact}")).json()
    assert "这句话会被删除" not in story
    assert "陈晨说：（内容已删除）" in story
    assert [message["erased"] for message in shown["messages"]] == [True]
    await now.close()


async def test_a_row_of_a_newer_version_neither_breaks_trace_nor_contact(served: Served) -> None:
    now = await talk(served, served.city.li)
    await now.finish()
    await caught_up(served)
    async with served.house.db.system() as tx:
        copy = {
            "floor_id": served.city.other_floor_id, "seq": 10**9, "at": 1_760_000_000_000, "kind": "HologramOpened",
            "tenant_id": served.city.yunshan, "contact_id": now.contact, "command_id": now.contact,
            "by_kind": "system", "by_id": "future", "body": {"type": "HologramOpened", "at": 1_760_000_000_000},
        }  # fmt: skip
        await tx.execute(journal.insert().values(copy))
    async with await served.staff(served.city.zhao) as zhao:
        story = (await zhao.get(f"/api/contacts/{now.contact}/trace?locale=zh-CN")).raise_for_status().json()["story"]
        (await zhao.get(f"/api/contacts/{now.contact}")).raise_for_status()
    assert "发生了一个此版本不认识的事件：HologramOpened" in story
    await now.close()


async def test_each_reader_gets_the_story_in_words_of_their_own(served: Served) -> None:
    now = await talk(served, served.city.li, text="手机充不进电")
    path = f"/api/contacts/{now.contact}/trace"
    async with await served.staff(served.city.zhao) as zhao:
        told = {
            reader: (await zhao.get(f"{path}?locale=zh-CN&reader={reader}")).raise_for_status().json()
            for reader in ("supervisor", "agent", "customer")
        }
        assert (await zhao.get(f"{path}?reader=stranger")).status_code == 400
    assert "您联系了我们" in told["customer"]["story"]
    assert "李晓雯" not in told["customer"]["story"]
    assert "李晓雯接起" in told["agent"]["story"]
    offers = {
        reader: [one for one in told[reader]["entries"] if one["kind"] == "InteractionOffered"] for reader in told
    }
    assert offers["supervisor"][0]["detail"]["reason"]
    assert [offers[reader][0]["detail"] for reader in ("agent", "customer")] == [{}, {}]
    await now.close()


async def test_agents_read_their_own_contacts_story_as_agents_do(served: Served) -> None:
    now = await talk(served, served.city.li)
    path = f"/api/contacts/{now.contact}/trace"
    async with await served.staff(served.city.li) as li:
        plain = (await li.get(f"{path}?locale=zh-CN")).raise_for_status().json()
        assert plain["story"] == (await li.get(f"{path}?locale=zh-CN&reader=agent")).json()["story"]
        assert (await li.get(f"{path}?reader=customer")).status_code == 200
        refused = await li.get(f"{path}?reader=supervisor")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    async with await served.staff(served.city.wang) as other:
        assert (await other.get(path)).status_code == 404
    await now.close()


# -- today -------------------------------------------------------------------------------------------------------------
async def test_todays_figures_stand_beside_their_rules(served: Served) -> None:
    now = await talk(served, served.city.li, topic="home", text="门锁打不开")
    await now.finish()
    await caught_up(served)
    async with await served.staff(served.city.zhao) as zhao:
        shown = (await zhao.get("/api/wall/today", params={"simulated": "exclude"})).raise_for_status().json()
        simulated = (await zhao.get("/api/wall/today", params={"simulated": "only"})).json()
    queues = {queue["name"]: queue for queue in shown["queues"]}
    home = queues["智能家居"]
    assert set(queues) == {"手机售后", "智能家居"}, "served tenants only"
    assert home["offered"] >= home["answered"] >= 1
    assert home["service_level"]["percent"] == 100
    assert (home["service_level"]["threshold_ms"], home["service_level"]["goal"]) == (20_000, 80)
    assert "20 s" in home["service_level"]["rule"]
    assert set(shown["rules"]) >= {"offered", "answered", "service_level", "aht", "asa", "csat"}
    assert shown["total"]["offered"] == sum(queue["offered"] for queue in shown["queues"])
    assert sum(quarter["offered"] for quarter in shown["intervals"]) == shown["total"]["offered"]
    assert simulated["total"]["offered"] == 0
    assert shown["reception"] == {"received": 0, "left": 0}, "nobody came by a menu"
    assert {"hold", "reception", "consult"} <= set(shown["rules"])
    assert shown["zone"] == "Asia/Shanghai"
    async with await served.staff(served.city.li) as li:
        assert (await li.get("/api/wall/today")).status_code == 403
    await now.close()


@pytest.mark.parametrize(
    ("zone", "now", "start"),
    [
        ("Asia/Shanghai", "2025-10-13T14:02:05", "2025-10-13T00:00:00"),
        ("Asia/Shanghai", "2024-02-29T00:00:00", "2024-02-29T00:00:00"),
        ("America/New_York", "2025-03-09T12:00:00", "2025-03-09T00:00:00"),  # 23 hours long
        ("America/New_York", "2025-11-02T23:30:00", "2025-11-02T00:00:00"),  # 25 hours long
        ("Asia/Beirut", "2025-03-30T12:00:00", "2025-03-30T01:00:00"),  # there is no midnight on that day
        ("Asia/Kathmandu", "2025-10-13T06:00:00", "2025-10-13T00:00:00"),
    ],
)
def test_the_day_begins_at_its_first_moment(zone: str, now: str, start: str) -> None:
    """FAULTS 34, 35."""
    clock = ZoneInfo(zone)
    at = round(datetime.fromisoformat(now).replace(tzinfo=clock).timestamp() * 1000)
    begun = datetime.fromtimestamp(midnight(at, zone) / 1000, clock)
    assert begun.replace(tzinfo=None) == datetime.fromisoformat(start)
