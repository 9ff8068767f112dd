"""Strangers' words, names, pages and files are words, names, pages and files: nothing of them runs or leaks."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import httpx
from PIL import Image
from playwright.async_api import Page, expect

from rexian.directory.demo import TENANT_IDS
from rexian.kit.ids import new_id
from tests.city import City
from tests.e2e.conftest import Browsers
from tests.e2e.office import PASSWORD, Office
from tests.e2e.people import Agent, Customer

HACK = "window.top.hacked=1"
EVIL = [
    f"<script>{HACK}</script>",
    f"<img src=x onerror='{HACK}'>",
    f"<svg/onload={HACK}>",
    f"</textarea><iframe srcdoc='<script>{HACK}</script>'>",
    f"javascript:{HACK}",
    f"[点我](javascript:{HACK})",
    f'https://a.example/"onmouseover={HACK}//',
    "{{constructor.constructor('window.hacked=1')()}}",
    "Robert'); DROP TABLE content;--",
]
ODD = [
    "مرحبا 123 abc",
    "报价\u202egnp.exe",
    "𠮷野家 㐂 䶮 🏳️‍🌈👨‍👩‍👧‍👦",
    "Z̸̢̛a̵̘̋l̶̛͓g̷̰̓o̶̖̒" + "\u0301\u0316" * 30,
    "全角　空格\u200b零宽",
]


async def inert(*pages: Page) -> None:
    for page in pages:
        assert await page.evaluate("window.hacked") is None, page.url
        strange = "script:not([src]), iframe, [onerror], [onload], [onmouseover], svg[onload], a[href^='javascript']"
        found = await page.evaluate(
            """strange => {
                const shadows = [...document.querySelectorAll('*')].map(one => one.shadowRoot).filter(Boolean);
                const found = [document, ...shadows].flatMap(root => [...root.querySelectorAll(strange)]);
                return found.map(one => one.outerHTML.slice(0, 200));
            }""",
            strange,
        )
        assert found == [], page.url


async def name_customer(office: Office, contact_id: str, name: str) -> str:
    """An administrator gives the customer a name. Returns the customer's id."""
    async with office.client("supervisor") as supervisor:
        customer_id = (await supervisor.get(f"/api/contacts/{contact_id}")).json()["contact"]["customer_id"]
    async with office.client() as admin:
        done = await admin.patch(f"/api/customers/{customer_id}", json={"name": name})
        assert done.status_code == 200, done.text
    return str(customer_id)


async def test_markup_is_only_words_everywhere(browsers: Browsers, office: Office) -> None:
    """FAULTS 8, 9: in words, names, file names, the page's title; on the widget, the desk, the wall and the trace."""
    customer = await browsers.customer()
    await customer.page.goto("/demo/shop")
    await customer.page.evaluate("title => { document.title = title }", EVIL[1])
    await customer.open()
    await customer.choose("手机使用")
    await customer.write(EVIL[0])
    await customer.marked("sent")
    contact = await office.latest_contact()
    await name_customer(office, contact, EVIL[1])
    supervisor = await browsers.supervisor()
    await supervisor.page.get_by_role("link", name="手机使用").click()
    await expect(supervisor.page.locator("#drill-heading")).to_be_visible()
    agent = await browsers.agent()
    await expect(agent.offers).to_contain_text(EVIL[0])
    await agent.accepts()
    for text in EVIL[1:]:
        await customer.write(text)
        await expect(agent.log.locator(".whitespace-pre-wrap").last).to_have_text(text)
        await agent.write(text)
        await customer.marked("seen")
    await expect(customer.bubbles).to_have_count(2 * len(EVIL) - 1)
    await customer.send_files({"name": f"{EVIL[1]}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"})
    await expect(agent.log.locator("a[download]")).to_have_count(1)
    await agent.notes(f"备注 {EVIL[2]}")
    links = await agent.log.locator("a[target=_blank]").evaluate_all("all => all.map(one => one.href)")
    assert set(links) == {"https://a.example/"}
    for link in await customer.page.locator("rexian-chat .bubble a").all():
        assert await link.get_attribute("href") == "https://a.example/"
        assert "noopener" in str(await link.get_attribute("rel"))
        await link.hover()
    trace = await browsers.supervisor()
    await trace.page.goto(f"/app/contacts/{contact}")
    await expect(trace.page.get_by_role("heading", level=1)).to_contain_text(EVIL[1])
    await expect(trace.page.get_by_role("main").get_by_role("log")).to_contain_text(EVIL[8])
    await trace.page.goto("/app/contacts")
    await expect(trace.page.get_by_role("link", name=EVIL[0]).first).to_be_visible()
    await inert(customer.page, agent.page, supervisor.page, trace.page)


async def test_names_and_words_of_all_scripts_stay_in_their_place(browsers: Browsers, office: Office) -> None:
    """FAULTS 19: stored exactly, shown isolated from what stands beside them."""
    customer = await browsers.customer()
    await customer.asks(ODD[0], "手机使用")
    contact = await office.latest_contact()
    name = "علي\u202e 𠮷田 " + "é" * 3 + "🏳️‍🌈"
    customer_id = await name_customer(office, contact, name)
    agent = await browsers.agent()
    await agent.accepts()
    for text in ODD[1:]:
        await customer.write(text)
        await customer.marked("sent", "seen")
    async with office.client("supervisor") as client:
        told = (await client.get(f"/api/contacts/{contact}")).json()
        assert [message["text"] for message in told["messages"]] == ODD
        assert (await client.get(f"/api/customers/{customer_id}")).json()["name"] == name
    await expect(agent.log.locator(".foreign.whitespace-pre-wrap")).to_have_count(len(ODD))
    for part in (
        agent.page.locator("#conversation"),
        agent.page.locator("[data-handling] .foreign").first,
        agent.log.locator(".foreign.whitespace-pre-wrap").first,
    ):
        style = await part.evaluate(
            "one => [getComputedStyle(one).unicodeBidi, one.scrollWidth <= one.clientWidth + 1]"
        )
        assert style[0] in ("isolate", "plaintext", "isolate-override"), style
    # Stacked marks don't climb over their neighbours: the bubble clips or holds them.
    zalgo = customer.bubbles.nth(3)
    assert await zalgo.evaluate("one => getComputedStyle(one).overflow") in ("clip", "hidden")
    assert await customer.bubbles.first.evaluate("one => getComputedStyle(one).direction") == "rtl"
    shown = (await customer.bubbles.nth(1).inner_text()).strip()
    assert shown == ODD[1]
    # A name that turns its ending round does not look like a picture.
    await customer.send_files({"name": "发票\u202efdp.txt", "mimeType": "text/plain", "buffer": "明细".encode()})
    await expect(customer.page.locator("rexian-chat .file").last).to_contain_text("发票fdp.txt")
    await expect(agent.log.locator("a[download]")).to_have_count(1)


def png_with_html() -> bytes:
    """A sound picture with a page after its end."""
    Image.new("RGB", (40, 40), "teal").save(out := io.BytesIO(), "PNG")
    return out.getvalue() + f"<html><script>{HACK}</script>".encode()


async def test_svg_and_html_are_never_shown_as_pages(browsers: Browsers, office: Office, city: City) -> None:
    """FAULTS 25: refused, or a download; a picture with a page behind its end is a download, too."""
    customer = await browsers.customer()
    agent = await browsers.agent()
    await customer.asks("发几个文件", "手机使用")
    await agent.accepts()
    visitor = str(await customer.visitor())
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{HACK}'><script>{HACK}</script></svg>".encode()
    html = f"<!doctype html><html><body><script>{HACK}</script></body></html>".encode()
    async with httpx.AsyncClient(base_url=city.url, trust_env=False) as client:
        sent = {}
        for name, body in (("图.svg", svg), ("页.html", html), ("图.png", svg), ("混.png", png_with_html())):
            headers = {"x-rexian-visitor": visitor, "x-file-name": quote(name)}
            answer = await client.post("/chat/files", content=body, headers=headers)
            sent[name] = answer
        for name in ("图.svg", "页.html", "图.png"):
            assert sent[name].status_code in (201, 415), sent[name].text
            if sent[name].status_code == 201:
                assert sent[name].json()["image"] is False
        assert sent["混.png"].status_code in (201, 415), sent["混.png"].text
    browsers.expected.append("status of 415")
    await customer.send_files({"name": "混.png", "mimeType": "image/png", "buffer": png_with_html()})
    link = agent.log.get_by_role("link", name="混.png")
    await expect(link).to_have_attribute("download", "混.png")
    answer = await agent.page.context.request.get(str(await link.get_attribute("href")))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    await inert(agent.page, customer.page)


async def test_another_tenants_things_are_not_there(browsers: Browsers, office: Office, city: City) -> None:
    """FAULTS 3: whoever knows the id of another company's contact, customer or file finds nothing under it."""
    customer = await browsers.customer()
    await customer.page.goto("/c/jianglan")
    await customer.choose("停电报修")
    await customer.write("小区停电了")
    await customer.marked("sent")
    contact = await office.latest_contact()
    async with office.client("supervisor") as supervisor:
        told = (await supervisor.get(f"/api/contacts/{contact}")).json()
    customer_id = told["contact"]["customer_id"]
    assert told["contact"]["tenant_id"] == TENANT_IDS["jianglan"]
    wang = await browsers.colleague()  # serves Yunshan only
    browsers.expected.append("status of 404")
    for path in (
        f"/api/contacts/{contact}", f"/api/contacts/{contact}/trace", f"/api/contacts/{contact}/draft",
        f"/api/customers/{customer_id}", f"/api/customers/{customer_id}/contacts", f"/api/files/{new_id()}",
    ):  # fmt: skip
        answer = await wang.page.context.request.get(path)
        assert answer.status in (403, 404), (path, answer.status)
        assert "小区停电了" not in await answer.text()
    seen = await wang.page.context.request.get("/api/contacts/" + contact)
    assert seen.status == 404
    await wang.page.goto(f"/app/contacts/{contact}")
    await expect(wang.page.get_by_text("没有这条联络")).to_be_visible()
    async with office.client() as admin:
        entries = (await admin.get("/api/audit", params={"limit": 50})).json()["items"]
        assert any(entry["object_id"] == contact and "refus" in entry["action"] for entry in entries), entries[:5]
    await customer.end(waiting=True)


async def test_pages_keep_to_their_own_content_policy(browsers: Browsers) -> None:
    """No page needs what its policy forbids (violations would be on its console), and each has a strict one."""
    page = await browsers.page()
    seen: list[dict[str, Any]] = []
    await page.expose_function("violated", lambda about: seen.append(about))
    await page.add_init_script(
        "addEventListener('securitypolicyviolation', e => violated({rule: e.violatedDirective, what: e.blockedURI}))"
    )
    for path in ("/", "/sign-in", "/demo/shop", "/c/yunshan"):
        response = await page.goto(path)
        assert response is not None
        policy = response.headers["content-security-policy"]
        assert "unsafe-inline" not in policy, path
        assert "unsafe-eval" not in policy, path
        await page.wait_for_load_state("networkidle")
    agent, customer = Agent(page), Customer(await browsers.page())
    await agent.through_the_door("agent_door")
    await agent.becomes("available")
    browsers_customer = await browsers.customer(page=customer.page)
    await browsers_customer.asks("策略测试", "手机使用")
    await agent.accepts()
    await agent.write("收到")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await agent.ends()
    assert seen == []


async def test_a_password_is_not_guessed(city: City) -> None:
    """FAULTS 57: the same answer for a wrong password and for nobody; after some tries it takes time."""
    async with httpx.AsyncClient(base_url=city.url, headers={"origin": city.url}, trust_env=False) as client:
        wrong = await client.post("/api/session", json={"email": "agent@rexian.example", "password": "123456"})
        nobody = await client.post("/api/session", json={"email": "nobody@rexian.example", "password": PASSWORD})
    assert (wrong.status_code, nobody.status_code) == (401, 401)
    assert wrong.json()["code"] == nobody.json()["code"] == "sign_in_failed"
    assert wrong.json()["title"] == nobody.json()["title"]
