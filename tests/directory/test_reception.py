"""The reception over the API: drafts and versions of the flow, prompt files, and the flow that callers get."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text

from rexian.directory.act import Act
from rexian.directory.audit.tables import audit
from rexian.directory.demo.city import COMPANIES
from rexian.directory.demo.reception import flow_of
from rexian.directory.numbers.contract import number_of
from rexian.directory.numbers.service import put as put_number
from rexian.directory.reception.checks import Known, check
from rexian.directory.reception.contract import flow_for, is_open, sound_in
from rexian.kit import wav
from rexian.kit.problem import Problem
from tests.directory.conftest import Browser, City

PATH, DRAFT = "/api/reception", "/api/reception/draft"


async def a_flow(admin: Browser) -> dict[str, Any]:
    queue = await admin.post("/api/queues", {"name": "维修"})
    option = {"key": "1", "label": "维修", "to": {"kind": "queue", "queue_id": queue["id"]}}
    return {
        "person": queue["id"],
        "greeting": {"text": "您好，这里是云杉。"},
        "first": "main",
        "menus": [{"id": "main", "name": "主菜单", "options": [option]}],
    }


async def save(who: Browser, flow: dict[str, Any], etag: str | None = None) -> Any:
    etag = etag or (await who.get(PATH))["etag"]
    answer = await who.send("PUT", DRAFT, {"flow": flow, "note": "首版"}, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def publish(who: Browser, flow: dict[str, Any]) -> Any:
    saved = await save(who, flow)
    return await who.post(f"{DRAFT}/publish", {"version": saved["draft"]["version"], "etag": saved["etag"]})


def recording(seconds: float = 1.0, rate: int = 44_100, channels: int = 2, hz: int = 500) -> bytes:
    """A 16-bit PCM file."""
    wave = 0.4 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate) * 32_767
    body = np.repeat(wave.astype("<i2"), channels).tobytes()
    width = 2 * channels
    layout = b"".join(
        number.to_bytes(size, "little")
        for number, size in ((1, 2), (channels, 2), (rate, 4), (rate * width, 4), (width, 2), (16, 2))
    )
    inside = b"WAVEfmt " + len(layout).to_bytes(4, "little") + layout + b"data" + len(body).to_bytes(4, "little") + body
    return b"RIFF" + len(inside).to_bytes(4, "little") + inside


async def put(who: Browser, data: bytes, key: str = "greeting", status: int = 200) -> Any:
    headers = {"X-CSRF-Token": who.csrf, "Origin": "http://rexian.test", "X-File-Name": "%E9%97%AE%E5%80%99.wav"}
    answer = await who.http.put(f"{PATH}/files/zh-CN/{key}", content=data, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_tenant_that_has_said_nothing_has_the_usual_flow(city: City) -> None:
    admin = await city.as_("admin")
    queue = await admin.post("/api/queues", {"name": "在线"})
    voice = await admin.post("/api/queues", {"name": "电话", "medium": "voice"})
    view = await admin.get(PATH)
    assert (view["present"], view["draft"], view["versions"], view["etag"]) == (None, None, [], '"0.0"')
    assert view["usual"]["person"] == voice["id"] != queue["id"]
    async with city.db.system() as tx:
        assert (await flow_for(tx, city.tenants["yunshan"])).person == voice["id"]


async def test_a_flow_is_drafted_published_changed_and_restored(city: City) -> None:
    admin = await city.as_("admin")
    flow = await a_flow(admin)
    first = await publish(admin, flow)
    assert (first["present"]["version"], first["present"]["state"]) == (1, "published")
    assert [one["code"] for one in first["warnings"]] == ["english_missing"]
    await publish(admin, flow | {"greeting": {"text": "第二版。", "text_en": "Second."}})
    view = await admin.get(PATH)
    assert (view["present"]["version"], [one["version"] for one in view["versions"]]) == (2, [2, 1])
    headers = {"If-Match": view["etag"]}
    restored = (await admin.send("POST", f"{PATH}/versions/1/restore", {}, headers=headers)).json()
    assert (restored["draft"]["version"], restored["draft"]["flow"]["greeting"]["text"]) == (3, "您好，这里是云杉。")
    async with city.db.system() as tx:
        assert (await flow_for(tx, city.tenants["yunshan"])).greeting.text == "第二版。"
    assert len(await city.trail("yunshan", "reception.published")) == 2


async def test_a_flow_with_faults_is_kept_and_not_published(city: City) -> None:
    admin = await city.as_("admin")
    flow = await a_flow(admin)
    flow["menus"][0]["options"][0]["key"] = "0"
    saved = await save(admin, flow)
    assert [(one["field"], one["code"]) for one in saved["errors"]] == [("menus.0.options.0.key", "key_reserved")]
    assert saved["errors"][0]["message"].startswith("按键 0 始终通向人工")
    problem = await admin.refused(422, "POST", f"{DRAFT}/publish", {"version": 1})
    assert (problem["code"], problem["errors"][0]["code"]) == ("reception_invalid", "key_reserved")
    assert (await admin.post(f"{DRAFT}/check", {"flow": flow}))["errors"] == saved["errors"]


async def test_nobody_writes_over_anothers_draft(city: City) -> None:
    admin = await city.as_("admin")
    flow = await a_flow(admin)
    await admin.refused(428, "PUT", DRAFT, {"flow": flow})
    before = (await admin.get(PATH))["etag"]
    await save(admin, flow)
    problem = await admin.refused(412, "PUT", DRAFT, {"flow": flow}, headers={"If-Match": before})
    assert problem["code"] == "reception_draft_changed"


async def test_only_who_runs_the_company_changes_it_and_nobody_elses(city: City) -> None:
    agent, other = await city.as_("agent"), await city.as_("other admin")
    await agent.refused(403, "GET", PATH)
    await other.refused(404, "GET", f"{PATH}?tenant_id={city.tenants['yunshan']}")
    await other.refused(400, "PUT", DRAFT, {"flow": {"menus": "x"}}, headers={"If-Match": '"0.0"'})


async def test_a_queue_that_is_retired_later_strands_nobody(city: City) -> None:
    admin = await city.as_("admin")
    flow = await a_flow(admin)
    other = await admin.post("/api/queues", {"name": "电话", "medium": "voice"})
    await publish(admin, flow)
    await admin.delete(f"/api/queues/{flow['person']}")
    async with city.db.system() as tx:
        now = await flow_for(tx, city.tenants["yunshan"])
        assert await is_open(tx, now, city.clock.now_ms(), "en") == (True, "Our people are here around the clock")
    assert (now.person, now.menus[0].options[0].to.kind) == (other["id"], "person")


# -- prompt files ------------------------------------------------------------------------------------------------------
async def test_a_recording_is_kept_for_the_telephone(city: City) -> None:
    admin = await city.as_("admin")
    made = await put(admin, recording(seconds=2))
    assert (made["name"], made["key"], made["locale"]) == ("问候.wav", "greeting", "zh-CN")
    assert 1_950 <= made["ms"] <= 2_130
    async with city.db.tenant(city.tenants["yunshan"]) as tx:
        sound = await sound_in(tx, city.tenants["yunshan"], "zh-CN", "greeting")
    assert sound is not None
    samples, rate = wav.read(sound, 10)
    assert rate == 8_000
    spectrum = np.abs(np.fft.rfft(samples))
    assert abs(int(spectrum.argmax()) * rate / len(samples) - 500) < 3
    assert [one["key"] for one in (await admin.get(PATH))["files"]] == ["greeting"]
    await admin.delete(f"{PATH}/files/zh-CN/greeting")
    assert (await admin.get(PATH))["files"] == []
    await admin.refused(404, "DELETE", f"{PATH}/files/zh-CN/greeting")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"ID3\x04 an MP3", 415, "prompt_not_wav"),
        (b"", 415, "prompt_not_wav"),
        (b"RIFF\0\0\0\0WAVE", 422, "prompt_broken"),
        (recording()[:20] + b"\x55\0" + recording()[22:], 415, "prompt_codec"),
        (recording(seconds=121, rate=8_000, channels=1), 422, "prompt_too_long"),
        (recording(hz=0), 422, "prompt_silent"),
        (b"RIFF" + bytes(5_000_001), 413, "prompt_too_large"),
    ],
)
async def test_what_is_no_prompt_is_refused_in_words(city: City, data: bytes, status: int, code: str) -> None:
    problem = await put(await city.as_("admin"), data, status=status)
    assert problem["code"] == code
    assert problem["title"] != f"errors.{code}"


async def test_a_flow_may_name_a_file_of_its_own(city: City) -> None:
    admin = await city.as_("admin")
    flow = await a_flow(admin) | {"queueing": {"music": "own.piano"}}
    assert [one["code"] for one in (await admin.post(f"{DRAFT}/check", {"flow": flow}))["errors"]] == ["unknown_prompt"]
    await put(admin, recording(), "own.piano")
    assert (await admin.post(f"{DRAFT}/check", {"flow": flow}))["errors"] == []


def test_the_demo_receives_callers() -> None:
    for company in COMPANIES:
        flow, _ = flow_of(company.key, defaultdict(lambda: "q"), "h")
        found = check(flow, Known(queues={"q"}, hours={"h"}), "en")
        assert (found.errors, found.warnings) == ([], []), company.key


async def test_a_number_leads_to_one_company(city: City) -> None:
    admin = await city.as_("admin")
    given = await admin.send("PUT", "/api/numbers/%2B86%20571-8888-0001", {})
    assert (given.status_code, given.json()["number"]) == (200, "8657188880001")
    async with city.db.system() as tx:
        for dialled in ("+8657188880001", "008657188880001", "8657188880001"):
            assert await number_of(tx, dialled) == (city.tenants["yunshan"], "")
        assert await number_of(tx, "4002") is None
    assert [one["number"] for one in await admin.get("/api/numbers")] == ["8657188880001"]
    for wrong in ("12", "400-123-abc", "1" * 21):
        refused = await admin.send("PUT", f"/api/numbers/{wrong}", {})
        assert refused.status_code == 400
        assert refused.json()["errors"] == [{"field": "number", "code": "number_invalid"}]
    assert (await admin.send("DELETE", "/api/numbers/8657188880001")).status_code == 204
    assert (await admin.send("DELETE", "/api/numbers/8657188880001")).status_code == 404


async def test_a_number_of_another_company_stays_theirs(city: City) -> None:
    admin = await city.as_("admin")
    mine, theirs = city.tenants["yunshan"], next(id for key, id in city.tenants.items() if key != "yunshan")
    operator = await city.as_("operator")
    assert (await operator.send("PUT", "/api/numbers/4008123456", {"tenant_id": theirs})).status_code == 200
    refused = await admin.send("PUT", "/api/numbers/4008123456", {"tenant_id": mine})
    assert (refused.status_code, refused.json()["errors"]) == (409, [{"field": "number", "code": "number_taken"}])
    assert await admin.get("/api/numbers") == []


async def test_of_two_companies_that_add_a_number_at_the_same_moment_one_gets_it(city: City) -> None:
    """The second one looks before the first has committed, and writes after."""
    first, second = list(city.tenants.values())[:2]
    written, done = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with city.db.system() as tx:
            await put_number(Act(tx, first, 1), "4008999999", "first")
            written.set()
            await done.wait()

    async def fast() -> None:
        async with city.db.system() as tx:
            await put_number(Act(tx, second, 2), "4008999999", "second")

    async def waits() -> bool:
        async with city.db.system() as tx:
            asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
            return bool((await tx.execute(asked)).scalar_one())

    one = asyncio.create_task(slow())
    await written.wait()
    two = asyncio.create_task(fast())
    async with asyncio.timeout(20):
        while not await waits():  # noqa: ASYNC110 (who waits tells nobody)
            await asyncio.sleep(0.02)
    done.set()
    await one
    with pytest.raises(Problem) as refused:
        await two
    assert (refused.value.code, refused.value.status) == ("number_taken", 409)
    async with city.db.system() as tx:
        assert await number_of(tx, "4008999999") == (first, "first")
        trail = select(audit.c.tenant_id).where(audit.c.object_id == "4008999999")
        assert list(await tx.scalars(trail)) == [first]
