"""Canned answers and dispositions: found by what people type, changed by those who may, never mixed between tenants."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rexian.work.desk.demo import seed
from rexian.work.desk.pinyin import initials
from tests.served import Served


@pytest.fixture
async def editor(served: Served) -> Any:
    """赵敏, supervisor of 云杉智能, who may write canned answers."""
    async with await served.staff(served.city.zhao) as client:
        yield client


async def _make(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.post("/api/canned", json=fields)).raise_for_status().json()
    return made


@pytest.mark.parametrize(
    ("text", "letters"),
    [("您好", "nh"), ("请稍等，我查一下", "qsdwcyx"), ("VIP 客户 2 号", "vipkh2h"), ("", ""), ("啊 坐 龘", "az")],
)
def test_pinyin_initials(text: str, letters: str) -> None:
    assert initials(text) == letters


async def test_canned_answers_are_found_by_title_text_shortcut_and_pinyin(editor: httpx.AsyncClient) -> None:
    made = await _make(editor, title="保修政策", text="主机保修一年。", shortcut="bxzc1", locale="zh-CN")
    assert made["initials"] == "bxzc"
    for text in ("保修政", "主机保修", "bxzc1", "BXZC", "xzc"):
        found = (await editor.get("/api/canned", params={"q": text})).json()["items"]
        assert made["id"] in {item["id"] for item in found}, text
    assert (await editor.get("/api/canned", params={"q": "保修", "language": "en"})).json()["items"] == []
    for nothing in ("%", "_", "' OR '1'='1", "\\"):
        found = (await editor.get("/api/canned", params={"q": nothing})).json()["items"]
        assert found == [], f"{nothing} is taken literally (FAULTS 7)"


async def test_a_changed_title_has_new_initials_unless_they_were_mended_by_hand(editor: httpx.AsyncClient) -> None:
    made = await _make(editor, title="重庆网点", text="地址……", shortcut="cqwd")
    assert made["initials"] == "zqwd", "by its other reading"
    mended = (await editor.patch(f"/api/canned/{made['id']}", json={"initials": "cqwd"})).json()
    renamed = (await editor.patch(f"/api/canned/{made['id']}", json={"title": "重庆网点一览"})).json()
    assert (mended["initials"], renamed["initials"]) == ("cqwd", "cqwd")
    other = await _make(editor, title="上海网点", text="地址……")
    renamed = (await editor.patch(f"/api/canned/{other['id']}", json={"title": "北京网点"})).json()
    assert renamed["initials"] == "bjwd"


async def test_a_shortcut_means_one_thing_within_a_tenant_and_language(editor: httpx.AsyncClient) -> None:
    await _make(editor, title="稍等", text="请稍等。", shortcut="wait1", locale="zh-CN")
    await _make(editor, title="Wait", text="One moment.", shortcut="wait1", locale="en")
    again = await editor.post(
        "/api/canned", json={"title": "再等", "text": "…", "shortcut": "wait1", "locale": "zh-CN"}
    )
    assert (again.status_code, again.json()["code"]) == (409, "shortcut_taken")


async def test_a_repeated_request_makes_one(editor: httpx.AsyncClient) -> None:
    """FAULTS 20, 31."""
    body = {"id": "01a20000-0000-7000-8000-00000000c0de", "title": "一次", "text": "只有一个", "shortcut": "once1"}
    first, second = [(await editor.post("/api/canned", json=body)) for _ in range(2)]
    assert first.json() == second.json()
    other = await editor.post("/api/canned", json=body | {"text": "另一个", "shortcut": None})
    assert other.status_code == 409


async def test_retired_answers_are_gone_from_the_list(editor: httpx.AsyncClient) -> None:
    made = await _make(editor, title="过时", text="旧政策")
    for _ in range(2):
        assert (await editor.delete(f"/api/canned/{made['id']}")).status_code == 204
    assert made["id"] not in {i["id"] for i in (await editor.get("/api/canned?limit=500")).json()["items"]}


async def test_other_tenants_neither_see_nor_change_them(served: Served, editor: httpx.AsyncClient) -> None:
    """FAULTS 3."""
    made = await _make(editor, title="内部口径", text="不外传")
    async with await served.staff(served.city.qian) as stranger:
        assert made["id"] not in {i["id"] for i in (await stranger.get("/api/canned?limit=500")).json()["items"]}
        assert (await stranger.patch(f"/api/canned/{made['id']}", json={"text": "x"})).status_code == 404
        assert (await stranger.delete(f"/api/canned/{made['id']}")).status_code == 404
    async with await served.staff(served.city.li) as agent:
        assert made["id"] in {i["id"] for i in (await agent.get("/api/canned?limit=500")).json()["items"]}
        assert (await agent.patch(f"/api/canned/{made['id']}", json={"text": "x"})).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"title": "", "text": "x"},
        {"title": "x", "text": " "},
        {"title": "x", "text": "x", "shortcut": "a b"},
        {"title": "x", "text": "a\u0000b"},
        {"title": "x", "text": "x", "locale": "fr"},
        {"title": "x", "text": "x", "extra": 1},
    ],
)
async def test_bad_canned_answers_are_refused(editor: httpx.AsyncClient, body: dict[str, Any]) -> None:
    """FAULTS 17, 18."""
    assert (await editor.post("/api/canned", json=body)).status_code == 400


# -- dispositions ------------------------------------------------------------------------------------------------------
async def test_dispositions_stand_in_groups_and_in_order(served: Served) -> None:
    async with await served.staff(served.city.sun) as admin:

        async def make(**fields: Any) -> dict[str, Any]:
            made: dict[str, Any] = (await admin.post("/api/dispositions", json=fields)).raise_for_status().json()
            return made

        group = await make(code="repair-group", name="维修", name_en="Repair", is_group=True, position=1)
        await make(code="booked", name="已预约", name_en="Booked", parent_id=group["id"], position=2)
        await make(code="sent_in", name="已寄修", name_en="Sent in", parent_id=group["id"], position=1)
        items = (await admin.get("/api/dispositions")).json()["items"]
        ours = [(i["code"], i["group"], i["group_en"]) for i in items if i["parent_id"] == group["id"]]
        assert ours == [("sent_in", "维修", "Repair"), ("booked", "维修", "Repair")]
        assert all(not item["is_group"] for item in items)
        with_groups = (await admin.get("/api/dispositions?groups=true")).json()["items"]
        assert group["id"] in {item["id"] for item in with_groups}
        taken = await admin.post("/api/dispositions", json={"code": "booked", "name": "又一个"})
        assert (taken.status_code, taken.json()["code"]) == (409, "code_taken")
        deep = await admin.post("/api/dispositions", json={"code": "deep", "name": "x", "parent_id": items[0]["id"]})
        assert (deep.status_code, deep.json()["code"]) == (400, "unknown_group")


async def test_a_retired_disposition_can_come_back(served: Served) -> None:
    async with await served.staff(served.city.sun) as admin:
        made = (await admin.post("/api/dispositions", json={"code": "old_one", "name": "旧代码"})).json()
        assert (await admin.delete(f"/api/dispositions/{made['id']}")).status_code == 204
        live = {item["id"] for item in (await admin.get("/api/dispositions")).json()["items"]}
        every = {item["id"] for item in (await admin.get("/api/dispositions?retired=true")).json()["items"]}
        assert made["id"] in every - live
        back = (await admin.patch(f"/api/dispositions/{made['id']}", json={"retired": False})).json()
        assert back["retired"] is False


async def test_supervisors_read_dispositions_and_change_none(served: Served, editor: httpx.AsyncClient) -> None:
    assert (await editor.post("/api/dispositions", json={"code": "mine", "name": "x"})).status_code == 403


async def test_the_demo_seed_can_be_sown_again_and_every_tenant_can_resolve(served: Served) -> None:
    for _ in range(2):
        await seed(served.house.db, served.house.clock)
    async with await served.staff(served.city.li) as li:
        items = (await li.get("/api/dispositions")).json()["items"]
        answers = (await li.get("/api/canned?limit=500&q=nh")).json()["items"]
    assert [item["tenant_id"] for item in items if item["code"] == "resolved"].count(served.city.yunshan) == 1
    assert {item["tenant_id"] for item in items if item["code"] == "resolved"} == {
        served.city.yunshan, served.city.jianglan,
    }  # fmt: skip
    assert any(answer["title"] == "您好" for answer in answers)
