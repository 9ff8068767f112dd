"""Recordings as people meet them: played beside the contact's story, held, erased, and not there for others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import update

from rexian.kit.clock import SystemClock
from rexian.kit.database import Database
from rexian.kit.settings import ensure_secret, load_settings
from rexian.work.recordings.slice import make_book
from rexian.work.recordings.tables import recording
from tests.city import City
from tests.e2e.conftest import Browsers
from tests.e2e.office import YUNSHAN, Office
from tests.e2e.people import Staff
from tests.e2e.test_accessible import LOCALES, looking
from tests.work.recorded import sound, write

QUIET_S = (2.0, 6.0)
SPOKEN = sound((2, 440, 0), (4, 0, 0), (2, 440, 1_000), (12, 0, 1_000))  # 20 s: customer, nobody, both, agent
W = {
    "zh-CN": {
        "title": "录音", "play": "播放", "pause": "暂停", "place": "录音位置", "rate": "速度", "skip": "跳过静音",
        "marks": "静音 1 处（斜线），抢话 1 处（底部横线）", "hold": "法律保留", "why": "为什么不能删除？",
        "held": "法律保留：投诉 2026-117", "release": "解除法律保留", "erase": "删除", "erased": "已删除",
        "forward": "前进五秒",
    },
    "en": {
        "title": "Recordings", "play": "Play", "pause": "Pause", "place": "Place in the recording", "rate": "Speed",
        "skip": "Skip the silence", "marks": "Silences: 1 (hatched), overlaps: 1 (line at the foot)",
        "hold": "Legal hold", "why": "Why must it not be erased?", "held": "Legal hold: 投诉 2026-117",
        "release": "End the legal hold", "erase": "Erase", "erased": "Erased", "forward": "Five seconds on",
    },
}  # fmt: skip
# What plays is no element of the page, so a test that wants to see it play must have been there when it was made.
SOUNDS = """
    window.sounds = [];
    const Native = window.Audio;
    window.Audio = function (url) { const made = new Native(url); window.sounds.push(made); return made; };
"""
REACHED = """
    least => new Promise((resolve) => {
        const look = () => {
            const at = window.sounds.at(-1)?.currentTime ?? -1;
            at >= least ? resolve(at) : setTimeout(look, 20);
        };
        look();
    })
"""


@asynccontextmanager
async def books(city: City) -> AsyncIterator[tuple[Database, object]]:
    """The house's own book of recordings, with its keys, beside the running server."""
    settings = ensure_secret(load_settings(home=city.home))
    db = Database(city.database_url, pool_size=2)
    try:
        yield db, make_book(db, SystemClock(), settings)
    finally:
        await db.close()


async def recorded(city: City, browsers: Browsers, office: Office, body: bytes = SPOKEN) -> str:
    """A contact with a recording: its id."""
    customer = await browsers.customer()
    await customer.asks("刚才电话里说的退款，什么时候到账？")
    contact = await office.latest_contact()
    trace = await office.trace(contact)
    async with books(city) as (_, book):
        order = await book.begin(YUNSHAN, contact, trace[0].get("interaction_id") or contact)  # type: ignore[attr-defined]
        await book.finish(order.id, write(order, body))  # type: ignore[attr-defined]
    return contact


async def opens(staff: Staff, contact: str) -> Locator:
    """The recordings on the contact's page, once they are drawn."""
    await staff.page.goto(f"/app/contacts/{contact}")
    part = staff.page.get_by_role("region", name=W[staff.locale]["title"], exact=True)
    await expect(part.get_by_role("img", name=W[staff.locale]["marks"])).to_be_visible(timeout=25_000)
    return part


async def now_at(page: Page) -> float:
    """Where what plays has come, s."""
    return float(await page.evaluate("window.sounds.at(-1).currentTime"))


async def reaches(page: Page, least: float, most: float = 1e9) -> None:
    """Plays on until there. The page itself looks: what is asked from here comes too late on a busy machine."""
    async with asyncio.timeout(60):
        assert float(await page.evaluate(REACHED, least)) <= most


async def drawn_colours(part: Locator) -> int:
    """How many different colours the picture has: tracks, marks, ground."""
    return int(
        await part.locator("canvas").evaluate(
            """canvas => {
                const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                return new Set(new Uint32Array(data.buffer)).size;
            }"""
        )
    )


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_supervisor_listens(city: City, browsers: Browsers, office: Office, locale: str) -> None:
    words = W[locale]
    contact = await recorded(city, browsers, office)
    chief = await browsers.supervisor(locale)
    page = chief.page
    await page.add_init_script(SOUNDS)
    part = await opens(chief, contact)
    assert await drawn_colours(part) >= 5
    assert await page.evaluate("window.sounds.length") == 0  # nothing is loaded, and nothing audited, before a press
    async with looking() as look:
        await look(page, "contact with a recording")
    await expect(part.get_by_role("button", name=words["erase"])).to_have_count(0)  # a supervisor listens only

    await part.get_by_role("button", name=words["play"], exact=True).click()
    await reaches(page, 0.5, 3)
    await expect(part.get_by_role("button", name=words["pause"], exact=True)).to_be_visible()
    assert await page.evaluate("window.sounds[0].preservesPitch")

    for rate in ("0.5", "2"):
        await part.get_by_role("button", name=re.compile(words["rate"])).click()
        await page.get_by_role("option", name=f"{rate}×", exact=True).click()
        assert await page.evaluate("[window.sounds[0].playbackRate, window.sounds[0].preservesPitch]") == [
            float(rate),
            True,
        ]
    before = await now_at(page)
    await reaches(page, before + 1)

    place = part.get_by_role("slider", name=words["place"])
    await place.focus()
    await page.keyboard.press("Home")
    await reaches(page, 0, 1.5)
    for _ in range(9):
        await page.keyboard.press("ArrowRight")
    await reaches(page, 8)
    await page.keyboard.press("End")
    await expect(part.get_by_role("button", name=words["play"], exact=True)).to_be_visible()  # it is over
    audited = await office.audit("recording.listened")
    assert [one["detail"]["contact_id"] for one in audited][:1] == [contact]


async def test_silence_is_skipped(city: City, browsers: Browsers, office: Office) -> None:
    words = W["zh-CN"]
    contact = await recorded(city, browsers, office)
    chief = await browsers.supervisor()
    await chief.page.add_init_script(SOUNDS)
    part = await opens(chief, contact)
    await part.get_by_role("button", name=words["forward"]).click()  # before it plays: from there it will play
    await expect(part.get_by_text("0:05 / 0:20")).to_be_visible()
    await part.locator("label").filter(has_text=words["skip"]).click()
    await part.get_by_role("button", name=words["play"], exact=True).click()
    await reaches(chief.page, QUIET_S[1], QUIET_S[1] + 2)
    await part.get_by_role("slider", name=words["place"]).focus()
    await chief.page.keyboard.press("Home")
    places = [await now_at(chief.page) for _ in range(60) if not await chief.page.wait_for_timeout(60)]
    assert max(places) > QUIET_S[1]
    assert sum(QUIET_S[0] + 0.5 < at < QUIET_S[1] - 0.1 for at in places) <= 2, places


async def test_what_is_held_can_not_be_erased(city: City, browsers: Browsers, office: Office) -> None:
    words = W["zh-CN"]
    contact = await recorded(city, browsers, office)
    first, second = await browsers.admin(), await browsers.admin()
    browsers.expected.append("status of 409 (Conflict)")
    part, other = await opens(first, contact), await opens(second, contact)
    await other.get_by_role("button", name=words["erase"], exact=True).click()  # two at once: the dialog is open …
    await part.get_by_role("button", name=words["hold"], exact=True).click()
    dialog = first.page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name=words["hold"])).to_be_disabled()  # not without a reason
    await dialog.get_by_label(words["why"]).fill("投诉 2026-117")
    await dialog.get_by_role("button", name=words["hold"]).click()
    await expect(part.get_by_text(words["held"])).to_be_visible()
    await expect(part.get_by_role("button", name=words["erase"], exact=True)).to_have_count(0)

    late = second.page.get_by_role("alertdialog")
    await late.get_by_role("button", name=words["erase"]).click()  # … and comes too late
    await expect(late.get_by_text("法律保留")).to_be_visible()
    assert len(await office.audit("recording.erase_refused")) == 1

    await part.get_by_role("button", name=words["release"]).click()
    await part.get_by_role("button", name=words["erase"], exact=True).click()
    async with looking() as look:
        await look(first.page, "erasing a recording")
    await first.page.get_by_role("alertdialog").get_by_role("button", name=words["erase"]).click()
    await expect(part.get_by_text(words["erased"], exact=True)).to_be_visible()
    await expect(part.get_by_role("button", name=words["play"], exact=True)).to_have_count(0)
    assert not list((city.home / "recordings" / YUNSHAN).glob(f"{await _id_of(office, contact)}*"))


async def _id_of(office: Office, contact: str) -> str:
    async with office.client("supervisor") as client:
        found = await client.get("/api/recordings", params={"contact_id": contact})
        return str(found.json()["items"][0]["id"])


async def test_who_may_not_listen_sees_nothing(city: City, browsers: Browsers, office: Office) -> None:
    contact = await recorded(city, browsers, office)
    agent = await browsers.agent()
    await agent.accepts()
    await agent.page.goto(f"/app/contacts/{contact}")
    await expect(agent.page.get_by_text("刚才电话里说的退款").first).to_be_visible()
    await expect(agent.page.get_by_role("region", name="录音", exact=True)).to_have_count(0)
    async with office.client("agent") as li:
        assert (await li.get("/api/recordings", params={"contact_id": contact})).status_code == 403


async def test_an_altered_recording_is_told_so(city: City, browsers: Browsers, office: Office) -> None:
    contact = await recorded(city, browsers, office)
    chief = await browsers.supervisor()
    part = await opens(chief, contact)
    async with books(city) as (db, _), db.tenant(YUNSHAN) as tx:
        await tx.execute(update(recording).where(recording.c.contact_id == contact).values(wrapped_key=b"\0" * 60))
    browsers.expected.append("status of 503")
    await part.get_by_role("button", name="播放", exact=True).click()
    await expect(part.get_by_text("暂时无法播放录音")).to_be_visible()


async def test_each_company_has_its_rule(browsers: Browsers, office: Office) -> None:
    admin = await browsers.admin()
    await admin.page.goto("/app/settings/recordings")
    main = admin.page.get_by_role("main")
    await expect(main.get_by_role("button", name=re.compile("云杉智能"))).to_be_visible()
    days = main.get_by_role("textbox", name="保存天数")
    await expect(days).to_have_value("90")
    await days.fill("30")
    await days.press("Tab")
    await expect(main.get_by_text("超过此期限的录音将被删除")).to_be_visible()
    await main.get_by_role("button", name="保存").click()
    await expect(admin.page.get_by_text("已保存")).to_be_visible()
    async with looking() as look:
        await look(admin.page, "the rule of recordings")
    async with office.client() as client:
        rules = {
            tenant: (await client.get("/api/recording-rule", params={"tenant_id": tenant} if tenant else {})).json()
            for tenant in (YUNSHAN, "")
        }
        await client.put("/api/recording-rule", params={"tenant_id": YUNSHAN}, json=rules[""])
    assert (rules[YUNSHAN]["keep_days"], rules[""]["keep_days"]) == (30, 90)
