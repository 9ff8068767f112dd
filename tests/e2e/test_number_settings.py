"""Telephone numbers as an administrator keeps them, by keyboard: added, refused in words, marked, removed."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import Browsers
from tests.e2e.office import YUNSHAN, Office
from tests.e2e.people import Staff
from tests.e2e.test_accessible import LOCALES, looking, tab_to

W = {
    "zh-CN": {
        "empty": "还没有电话号码", "add": "添加号码", "number": "号码", "mark": "标记", "save": "保存",
        "cancel": "取消", "leave": "放弃", "letters": "只能填数字", "short": "号码应为 3 到 20 位数字",
        "here": "这个号码已经有了", "remove": "移除", "tenant": "企业", "company": "云杉智能",
        "required": "请填写这一项", "phone": "话机", "phone_form": "只能用字母、数字", "taken": "已分配给他人",
    },
    "en": {
        "empty": "No telephone numbers yet", "add": "Add number", "number": "Number", "mark": "Mark", "save": "Save",
        "cancel": "Cancel", "leave": "Discard", "letters": "Digits only", "short": "A number has 3 to 20 digits",
        "here": "This number is there already", "remove": "Remove", "tenant": "Tenant", "company": "Yunshan Devices",
        "required": "Please fill this in", "phone": "Desk telephone",
        "phone_form": "Letters a–z, digits", "taken": "rings for somebody else already",
    },
}  # fmt: skip
NUMBER = "8657188880001"


async def opened(admin: Staff, section: str) -> Page:
    await admin.page.goto(f"/app/settings/{section}")
    await expect(admin.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
    return admin.page


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_number_is_added_refused_marked_and_removed(browsers: Browsers, locale: str) -> None:
    word = W[locale]
    page = await opened(await browsers.admin(locale), "numbers")
    keys, dialog = page.keyboard, page.get_by_role("dialog")
    number = dialog.get_by_role("textbox", name=word["number"])
    async with looking() as look:
        await expect(page.get_by_text(word["empty"])).to_be_visible()
        await look(page, "no number yet")
        await tab_to(page, page.get_by_role("main").get_by_role("button", name=word["add"]).first)
        await keys.press("Enter")
        await expect(number).to_be_focused()
        for wrong, why in (("400-ABC", "letters"), ("12", "short")):
            await number.fill(wrong)
            await keys.press("Enter")
            await expect(dialog.get_by_text(word[why])).to_be_visible()
            await expect(number).to_be_focused()
        await look(page, "a number refused")
        await number.fill("+86 571-8888-0001")
        await keys.press("Enter")
        await expect(dialog.get_by_text(word["required"])).to_be_visible()
        await expect(dialog.get_by_role("button", name=word["tenant"])).to_be_focused()
        await keys.press("Enter")
        await page.get_by_role("option", name=word["company"]).press("Enter")
        await tab_to(page, dialog.get_by_role("button", name=word["save"]), most=4)
        await keys.press("Enter")
        await expect(dialog).to_have_count(0)
        row = page.get_by_role("table").get_by_role("button", name=NUMBER)
        await expect(row).to_be_visible()
        await page.get_by_role("button", name=word["add"]).click()
        await number.fill("0086 (571) 8888 0001")
        await keys.press("Enter")
        await expect(dialog.get_by_text(word["here"])).to_be_visible()
        await dialog.get_by_role("button", name=word["cancel"]).click()
        await page.get_by_role("alertdialog").get_by_role("button", name=re.compile(word["leave"])).click()
        await row.click()
        await dialog.get_by_role("textbox", name=word["mark"]).fill("campaign-2026")
        await keys.press("Enter")
        await expect(page.get_by_role("table").get_by_text("campaign-2026")).to_be_visible()
        await look(page, "numbers")
        await row.click()
        await look(page, "a number")
        await dialog.get_by_role("button", name=word["remove"]).click()
        await page.get_by_role("alertdialog").get_by_role("button", name=word["remove"]).click()
        await expect(page.get_by_text(word["empty"])).to_be_visible()


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_person_gets_a_desk_telephone(browsers: Browsers, office: Office, locale: str) -> None:
    word = W[locale]
    browsers.expected.append("status of 409")
    async with office.client() as admin:
        people = (await admin.get("/api/people", params={"tenant_id": YUNSHAN, "limit": 200})).json()["items"]
        first, second = [one for one in people if one["email"] and one["active"]][:2]
        given = await admin.patch(f"/api/people/{first['id']}", json={"phone": "1001"})
        assert given.status_code == 200, given.text
        page = await opened(await browsers.admin(locale), f"people?id={second['id']}")
        dialog = page.get_by_role("dialog")
        phone = dialog.get_by_role("textbox", name=word["phone"])
        for wrong, why in (("分机 1", "phone_form"), ("1001", "taken")):
            await phone.fill(wrong)
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_text(word[why])).to_be_visible()
            await expect(phone).to_be_focused()
        await phone.fill("1002")
        await page.keyboard.press("Enter")
        await expect(dialog).to_have_count(0)
        try:
            person = (await admin.get(f"/api/people/{second['id']}")).json()
            assert person["phone"] == "1002"
        finally:
            for one in (first, second):
                await admin.patch(f"/api/people/{one['id']}", json={"phone": None})
