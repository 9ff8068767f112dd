"""Routing policies as people change them: a draft, its faults, publishing, and the rules that are switched by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Browsers
from tests.e2e.office import YUNSHAN, Office
from tests.e2e.people import Staff
from tests.e2e.test_accessible import LOCALES, looking, tab_to

PATH = f"/app/settings/routing?tenant={YUNSHAN}"
W: dict[str, dict[str, Any]] = {
    "zh-CN": {
        "change": re.compile("修改策略|继续编辑草稿"), "draft": "草稿", "history": "历史版本", "add_step": "添加一步",
        "parts": "策略的各个部分", "add_rule": "添加规则", "name": "名称", "name_en": "英文名称", "id": "标识",
        "publish": "发布…", "save": "保存草稿", "mend": "请填写名称", "active": "正在生效的规则",
        "holds": "全局灾害 开", "rule": "全局灾害", "on": "打开全局灾害", "off": "关闭全局灾害", "after": "等满（秒）",
        "restore": "恢复为草稿",
        "leave": "放弃未保存的修改？", "lost": "你的改动还没有保存", "theirs": "放弃我的，看最新的", "saved": "已保存",
        "drop": "丢弃草稿",
    },
    "en": {
        "change": re.compile("Change the policy|Go on with the draft"), "draft": "Draft", "history": "History",
        "add_step": "Add a step", "parts": "Parts of the policy", "add_rule": "Add a rule", "name": "Name",
        "name_en": "English name", "id": "Id", "publish": "Publish…", "save": "Save draft",
        "mend": "Please name the rule", "active": "Rules in force", "holds": "All-out disaster on",
        "rule": "All-out disaster", "on": "Switch All-out disaster on", "off": "Switch All-out disaster off",
        "after": "After waiting (seconds)", "restore": "Restore as draft", "leave": "Throw away unsaved changes?",
        "lost": "Your changes are not saved", "theirs": "Drop mine, show theirs", "saved": "Saved",
        "drop": "Drop draft",
    },
}  # fmt: skip


async def the_page(staff: Staff) -> Locator:
    """The routing page of Yunshan, read."""
    await staff.page.goto(PATH)
    main = staff.page.get_by_role("main")
    await expect(main.get_by_role("tab").first).to_be_visible()
    return main


async def no_draft(office: Office) -> None:
    async with office.client() as admin:
        view = (await admin.get("/api/routing/policy", params={"tenant_id": YUNSHAN})).json()
        if view["draft"] is not None:
            headers = {"if-match": view["etag"]}
            dropped = await admin.delete("/api/routing/draft", params={"tenant_id": YUNSHAN}, headers=headers)
            assert dropped.status_code == 204, dropped.text


async def with_disaster_rule(office: Office) -> None:
    """Publish what is in force with one more rule, which only people switch."""
    params = {"tenant_id": YUNSHAN}
    await no_draft(office)
    async with office.client() as admin:
        view = (await admin.get("/api/routing/policy", params=params)).json()
        body = view["present"]["body"] if view["present"] else {"queues": {}, "rules": []}
        rules = [rule for rule in body.get("rules", []) if rule["id"] != "disaster"]
        rule = {"id": "disaster", "name": "全局灾害", "name_en": "All-out disaster", "boost_ms": 600_000, "on": False}
        body["rules"] = [*rules, rule]
        headers = {"if-match": view["etag"]}
        saved = await admin.put("/api/routing/draft", params=params, json={"body": body}, headers=headers)
        assert saved.status_code == 200, saved.text
        version = {"version": saved.json()["draft"]["version"]}
        published = await admin.post("/api/routing/draft/publish", params=params, json=version)
        assert published.status_code == 200, published.text


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_policy_is_drafted_mended_and_published(browsers: Browsers, office: Office, locale: str) -> None:
    await no_draft(office)
    word = W[locale]
    admin = await browsers.admin(locale)
    page = admin.page
    async with looking() as look:
        main = await the_page(admin)
        await look(page, "policy in force")
        await main.get_by_role("button", name=word["change"]).click()
        steps = await main.get_by_role("button", name=word["add_step"]).count()
        assert steps == 1
        await main.get_by_role("button", name=word["add_step"]).click()
        after = main.get_by_role("textbox", name=word["after"]).last
        await after.fill("1")
        await after.press("Tab")
        await expect(main.locator("[data-finding=error], input[data-invalid]").first).to_be_visible()
        await after.fill("5400" if locale == "zh-CN" else "7200")
        await after.press("Tab")
        await expect(main.locator("[data-finding=error], input[data-invalid]")).to_have_count(0)
        await main.get_by_role("navigation", name=word["parts"]).get_by_role("button").last.click()
        await main.get_by_role("button", name=word["add_rule"]).click()
        await expect(main.get_by_text(word["mend"]).first).to_be_visible()
        await expect(main.get_by_role("button", name=word["publish"])).to_be_disabled()
        await look(page, "draft, a rule without a name")
        title = main.get_by_role("textbox", name=word["name"], exact=True).last
        await title.fill("考试季" if locale == "zh-CN" else "Exam season")
        await main.get_by_role("textbox", name=word["id"], exact=True).last.fill(f"exam-{locale.lower()}")
        await expect(main.get_by_text(word["mend"])).to_have_count(0)
        await main.get_by_role("button", name=word["publish"]).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text("考试季" if locale == "zh-CN" else "Exam season")).to_be_visible()
        await look(page, "what publishing changes")
        await dialog.get_by_role("button").filter(has_text=re.compile("发布第|Publish version")).click()
        await expect(dialog).to_have_count(0)
        switch = main.get_by_role("switch", name="考试季" if locale == "zh-CN" else "Exam season")
        await expect(switch).to_be_visible()
        await main.get_by_role("tab", name=word["history"]).click()
        await main.get_by_role("button", name=word["restore"]).last.click()
        await page.get_by_role("alertdialog").get_by_role("button", name=word["restore"]).click()
        await expect(main.get_by_role("tab", selected=True)).to_contain_text(word["draft"])
        await look(page, "an old version as draft")
    await no_draft(office)


async def test_work_that_is_not_saved_is_not_left_unasked(browsers: Browsers, office: Office) -> None:
    await no_draft(office)
    word = W["zh-CN"]
    admin = await browsers.admin()
    main = await the_page(admin)
    await main.get_by_role("button", name=word["change"]).click()
    await main.get_by_role("button", name=word["add_step"]).click()
    await admin.page.get_by_role("link", name="大屏").click()
    question = admin.page.get_by_role("alertdialog")
    await expect(question).to_contain_text(word["leave"])
    await question.get_by_role("button", name="取消").click()
    assert admin.page.url.split("?")[0].endswith("/settings/routing")
    await main.get_by_role("button", name=word["save"]).click()
    await expect(main.get_by_text(word["saved"], exact=True)).to_be_visible()
    await admin.page.get_by_role("link", name="大屏").click()
    await admin.page.wait_for_url("**/app/wall**")
    await no_draft(office)


async def test_nobody_writes_over_another_unseen(browsers: Browsers, office: Office) -> None:
    await no_draft(office)
    word = W["zh-CN"]
    browsers.expected.append("status of 412")
    admin = await browsers.admin()
    main = await the_page(admin)
    await main.get_by_role("button", name=word["change"]).click()
    await main.get_by_role("button", name=word["add_step"]).click()
    params = {"tenant_id": YUNSHAN}
    async with office.client() as other:
        view = (await other.get("/api/routing/policy", params=params)).json()
        body, headers = view["present"]["body"], {"if-match": view["etag"]}
        saved = await other.put(
            "/api/routing/draft", params=params, json={"body": body, "note": "别人的"}, headers=headers
        )
        assert saved.status_code == 200, saved.text
    await main.get_by_role("button", name=word["save"]).click()
    await expect(main.get_by_text(word["lost"])).to_be_visible()
    await main.get_by_role("button", name=word["theirs"]).click()
    await expect(main.get_by_text(word["lost"])).to_have_count(0)
    await expect(main.get_by_role("textbox", name="改动说明")).to_have_value("别人的")
    await no_draft(office)


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_disaster_is_declared_by_keyboard_and_the_wall_says_so(
    browsers: Browsers, office: Office, locale: str
) -> None:
    await with_disaster_rule(office)
    word = W[locale]
    supervisor = await browsers.supervisor(locale)
    watcher = await browsers.supervisor(locale)
    await watcher.page.goto("/app/wall")
    chips = watcher.page.get_by_role("status", name=word["active"])
    await expect(chips).to_be_attached()
    await expect(chips.get_by_text(word["holds"])).to_have_count(0)
    main = await the_page(supervisor)
    switch = main.get_by_role("switch", name=word["rule"])
    await expect(switch).not_to_be_checked()
    await tab_to(supervisor.page, switch)
    async with looking() as look:
        await press(supervisor.page, word["on"])
        await expect(switch).to_be_checked()
        await look(supervisor.page, "rule on")
        await expect(chips.get_by_text(word["holds"])).to_be_visible()
        await expect(chips).to_contain_text("陈国梁")
        await look(watcher.page, "wall, a rule holds")
    await watcher.page.keyboard.press("Control+k")
    await watcher.page.keyboard.type("quanjuzaihai" if locale == "zh-CN" else "all-out")
    await watcher.page.get_by_role("menuitem", name=word["off"]).first.click()
    await watcher.page.get_by_role("alertdialog").get_by_role("button", name=word["off"]).click()
    await expect(chips.get_by_text(word["holds"])).to_have_count(0)


async def press(page: Page, confirm: str) -> None:
    """Space on the switch, then the dialog's act, all by keyboard."""
    await page.keyboard.press("Space")
    dialog = page.get_by_role("alertdialog")
    await expect(dialog).to_be_visible()
    await tab_to(page, dialog.get_by_role("button", name=confirm), most=6)
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
