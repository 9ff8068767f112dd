"""Drills as people run them: choose a day, change the staff, watch, read what would have been."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.drill.runs.test_api import ARRIVALS, STAFF
from tests.e2e.conftest import Browsers
from tests.e2e.office import YUNSHAN
from tests.e2e.test_accessible import LOCALES, looking

PATH = f"/app/drills?tenant={YUNSHAN}"
W: dict[str, dict[str, Any]] = {
    "zh-CN": {
        "source": "来源", "files": "自己的文件（CSV）", "festival": "大促参考日", "arrivals": "选择到达文件…",
        "staff": "选择排班文件…", "more": "增减坐席", "days": "重复天数", "contacts": "联络次数", "start": "开始演练",
        "helps": "改动有没有用", "better": "变好", "table": "数据表", "cancel": "取消演练", "cancelled": "已取消",
        "missing": "请先选择到达和排班两个文件。", "bad": "文件里有看不懂的地方", "longest": "谁等得最久，为什么",
    },
    "en": {
        "source": "From", "files": "Own files (CSV)", "festival": "The festival's reference day",
        "arrivals": "Choose arrivals…", "staff": "Choose staff…", "more": "Agents more or fewer",
        "days": "Days played", "contacts": "Contacts", "start": "Start the drill", "helps": "Does it help?",
        "better": "Better", "table": "Table of figures", "cancel": "Cancel", "cancelled": "Cancelled",
        "missing": "Please choose both files, arrivals and staff.", "bad": "Something in the files can't be read",
        "longest": "Who waited longest, and why",
    },
}  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
async def test_two_more_agents_help_on_a_small_day(browsers: Browsers, tmp_path: Path, locale: str) -> None:
    arrivals, staff, broken = tmp_path / "arrivals.csv", tmp_path / "staff.csv", tmp_path / "broken.csv"
    arrivals.write_text(ARRIVALS.replace(",120,90", ",300,60"), "utf-8")
    staff.write_text(STAFF, "utf-8")
    broken.write_text("at,queue,talk_s\nnever,phone,10\n", "utf-8")
    word = W[locale]
    supervisor = await browsers.supervisor(locale)
    page = supervisor.page
    main = page.get_by_role("main")

    async def pick(key: str, path: Path) -> None:
        async with page.expect_file_chooser() as chooser:
            await main.get_by_role("button", name=word[key]).click()
        await (await chooser.value).set_files(path)
        await expect(main.get_by_text(path.name)).to_be_visible()

    async with looking() as look:
        await page.goto(PATH)
        await expect(main.get_by_role("button", name=word["start"])).to_be_visible()
        await look(page, "drills, form")
        await main.get_by_role("button", name=word["source"]).click()
        await page.get_by_role("option", name=word["files"]).click()
        await main.get_by_role("button", name=word["start"]).click()
        await expect(main.get_by_text(word["missing"])).to_be_visible()
        await pick("arrivals", broken)
        await pick("staff", staff)
        await main.get_by_role("button", name=word["start"]).click()
        await expect(main.get_by_text(word["bad"])).to_be_visible()
        await expect(main.get_by_text(re.compile("arrivals.csv"))).to_be_visible()
        await look(page, "drills, bad files")
        await page.goto(PATH)
        await main.get_by_role("button", name=word["source"]).click()
        await page.get_by_role("option", name=word["files"]).click()
        await pick("arrivals", arrivals)
        await pick("staff", staff)
        await main.get_by_role("textbox", name=word["more"]).fill("4")
        await main.get_by_role("textbox", name=word["days"]).fill("4")
        await main.get_by_role("textbox", name=word["days"]).press("Tab")
        await main.get_by_role("button", name=word["start"]).click()
        verdicts = main.get_by_role("table", name=word["helps"])
        await expect(verdicts).to_be_visible(timeout=60_000)
        await expect(verdicts.get_by_text(word["better"]).first).to_be_visible()
        await expect(main.get_by_role("img")).to_have_count(5)
        await expect(main.get_by_role("heading", name=word["longest"])).to_be_visible()
        await main.get_by_text(word["table"]).click()
        await look(page, "drills, result")


async def test_a_drill_is_cancelled(browsers: Browsers) -> None:
    word = W["zh-CN"]
    supervisor = await browsers.supervisor()
    page = supervisor.page
    main = page.get_by_role("main")
    await page.goto(PATH)
    await main.get_by_role("button", name=word["source"]).click()
    await page.get_by_role("option", name=word["festival"]).click()
    await main.get_by_role("textbox", name=word["contacts"]).fill("200000")
    await main.get_by_role("textbox", name=word["more"]).fill("50")
    await main.get_by_role("textbox", name=word["more"]).press("Tab")
    await main.get_by_role("button", name=word["start"]).click()
    await expect(main.get_by_role("progressbar")).to_be_visible()
    await main.get_by_role("button", name=word["cancel"]).click()
    await expect(main.get_by_text(word["cancelled"]).first).to_be_visible()
    await expect(main.get_by_role("progressbar")).to_have_count(0)
