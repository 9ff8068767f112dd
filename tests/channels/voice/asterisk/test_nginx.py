"""The house and the exchange behind a real nginx with the manual's own configuration: one certificate, one origin."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from playwright.async_api import Browser

from rexian.directory.sign_in.service import Caller
from rexian.kit.database import Database
from tests.certificates import Authority
from tests.channels.voice.asterisk.browser import SOCKETS, chromium
from tests.channels.voice.asterisk.exchange import Exchange, free_port
from tests.channels.voice.asterisk.product import JIANGLAN, Product, seed, settings_for, until_heard
from tests.e2e.conftest import DESK
from tests.e2e.people import Agent
from tests.e2e.voice import ears
from tests.e2e.voice.people import answers, call_is, phone_is
from tests.patience import PATIENCE_S
from tests.served import Served, running

pytestmark = pytest.mark.browser
MANUALS = Path(__file__).parents[4] / "docs/how-to"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def from_manual(page: str) -> str:
    """The first piece of nginx's configuration on this page."""
    found = re.search(r"```nginx\n(.*?)```", (MANUALS / page).read_text(), re.S)
    assert found is not None
    return found[1]


class Nginx:
    """What the manuals say, on loopback, with paths and ports of the test."""

    def __init__(self, folder: Path, house: int, exchange: int) -> None:
        self.folder, self.port, self.authority = folder, free_port(), Authority(folder)
        site, sip = from_manual("run-in-production.md"), from_manual("connect-telephone-lines.md")
        site = re.sub(r"/etc/letsencrypt/live/[^/]+", str(folder), site)
        site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl").replace(":8420", f":{house}")
        site = site.replace(
            "    location / {", sip.replace("10.0.0.5:8088", f"127.0.0.1:{exchange}") + "    location / {"
        )
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n access_log off;\n"
            + "".join(f" {kind}_temp_path {folder}/{kind};\n" for kind in
                      ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"{site}\n}}\n"
        )  # fmt: skip

    def _run(self, *words: str) -> None:
        assert NGINX is not None
        subprocess.run([NGINX, "-p", str(self.folder), "-c", f"{self.folder}/nginx.conf", *words], check=True)

    def start(self) -> None:
        self._run()

    def reload(self) -> None:
        self._run("-s", "reload")

    def close(self) -> None:
        if (self.folder / "pid").exists():
            self._run("-s", "stop")

    def serial(self) -> int:
        """Of the certificate that a new connection is shown; whoever trusts the authority trusts it."""
        trusting = ssl.create_default_context(cafile=str(self.authority.trusted))
        with (
            socket.create_connection(("127.0.0.1", self.port), 10) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
        ):
            shown = secure.getpeercert(binary_form=True)
            assert shown is not None
            return x509.load_der_x509_certificate(shown).serial_number


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("w0:web", "p1", "p2"))
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture
async def behind(
    db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Product, Nginx]]:
    if NGINX is None:
        if os.environ.get("CI"):
            raise RuntimeError("no nginx: run tools/setup-test-machine")
        pytest.skip("no nginx: run tools/setup-test-machine")
    port = free_port()
    nginx = Nginx(tmp_path_factory.mktemp("nginx"), port, exchange.http)
    nginx.folder.chmod(0o755)
    nginx.authority.certify()
    city = await seed(db, {"li": "w0", "wang": "p1", "he": "p2"})
    origin = f"127.0.0.1:{nginx.port}"
    settings = settings_for(
        exchange, tmp_path_factory.mktemp("house"), db, public_url=f"https://{origin}",
        asterisk_socket=f"wss://{origin}/sip", trusted_proxies=("127.0.0.1",),
    )  # fmt: skip
    nginx.start()
    try:
        async with running(msgspec.structs.replace(settings, port=port), port) as (house, _):
            product = Product(Served(house, city, port, settings), exchange)
            voice = house.voice
            assert voice is not None
            await product.until(lambda: voice.director.up and voice.phones.names, 30)
            yield product, nginx
            await product.close()
            for leg in (await voice.voice.inventory()).legs:
                await voice.voice.hang_up(leg.id)
    finally:
        nginx.close()


async def at_desk(product: Product, nginx: Nginx, browser: Browser) -> Agent:
    """Li at the desk, by nginx."""
    began = await product.served.house.directory.sign_in.enter(product.served.city.li, Caller("127.0.0.1"), how="test")
    url = f"https://127.0.0.1:{nginx.port}"
    context = await browser.new_context(
        base_url=url,
        locale="zh-CN",
        viewport=DESK,  # type: ignore[arg-type]
        permissions=["microphone"],
        ignore_https_errors=True,
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    secret = {"name": "__Host-rexian", "value": began.session.token, "url": url, "secure": True}
    await context.add_cookies([secret])  # type: ignore[list-item]
    await context.add_init_script(ears.EARS + SOCKETS)
    page = await context.new_page()
    await page.goto("/app/desk")
    agent = Agent(page)
    await agent.becomes("available")
    return agent


async def test_a_call_goes_on_while_the_certificate_is_renewed(behind: tuple[Product, Nginx], tmp_path: Path) -> None:
    product, nginx = behind
    async with chromium(tmp_path, ears.LI) as browser:
        li = await at_desk(product, nginx, browser)
        await phone_is(li, "ok")
        assert f"wss://127.0.0.1:{nginx.port}/sip" in await li.page.evaluate("window.__sip.map((one) => one.url)")
        caller = await product.caller("+8613800000001", ears.CUSTOMER)
        assert await caller.dial(JIANGLAN) == "SIP/2.0 200 OK"
        await answers(li)
        await ears.hears(li.page, "customer")
        await until_heard(caller, ears.LI)

        before = nginx.serial()
        renewed = nginx.authority.certify()
        nginx.reload()
        async with asyncio.timeout(PATIENCE_S):
            while await asyncio.to_thread(nginx.serial) != renewed:  # noqa: ASYNC110 (nginx tells nobody)
                await asyncio.sleep(0.1)
        assert before != renewed
        await ears.hears(li.page, "customer")
        await until_heard(caller, ears.LI)
        await call_is(li, "up")
        assert await li.page.evaluate("window.__sip.map((one) => one.readyState)") == [1], "its socket was not cut"

        await li.page.reload()  # comes in by the new certificate, and has its call again
        await call_is(li, "up")
        await ears.hears(li.page, "customer")
        await caller.hang_up()
