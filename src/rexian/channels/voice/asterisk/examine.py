"""Asks each exchange how it is, by plain HTTP and beside whatever leads it: for `rexian doctor`. Changes nothing."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
from msgspec import Struct

from rexian.channels.voice.asterisk.config import STAMP, stamp
from rexian.channels.voice.asterisk.needs import WANTED, lacking, missing, modules_for, too_old
from rexian.channels.voice.asterisk.plan import APP, Plan
from rexian.kit.trouble import Trouble

LIMIT_S = 6.0
"""In which an exchange must have answered everything."""


class Examined(Struct, kw_only=True):
    """An exchange. With `trouble` the rest says nothing.

    `led`: somebody leads it now. `dialplan`: it has ours; `current`: as the settings would have it. `absent`: lines and
    phones of the settings that it doesn't know; `offline`: lines that don't answer. `recordings`: it can list them.
    `lacks`: modules that would be good to have.
    """

    url: str
    trouble: Trouble | None = None
    version: str = ""
    led: bool = False
    dialplan: bool = False
    current: bool = False
    absent: list[str] = []
    offline: list[str] = []
    recordings: bool = False
    lacks: list[str] = []


async def examine(plan: Plan) -> list[Examined]:
    """Ask all of them at once. Never raises."""
    async with httpx.AsyncClient(
        auth=(plan.user, plan.password), timeout=LIMIT_S, trust_env=False, follow_redirects=False
    ) as http:
        return list(await asyncio.gather(*(_examine(http, plan, url) for url in plan.urls)))


async def _examine(http: httpx.AsyncClient, plan: Plan, url: str) -> Examined:
    found = Examined(url=url)
    try:
        async with asyncio.timeout(LIMIT_S):
            await _ask_all(http, plan, found)
    except TimeoutError:
        found.trouble = Trouble("asterisk_unreachable", {"node": url, "why": f"no answer in {LIMIT_S:g} s"})
    except httpx.HTTPStatusError as error:
        found.trouble = _refusal(url, error.response.status_code)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:  # not what Asterisk says
        found.trouble = Trouble("asterisk_unreachable", {"node": url, "why": f"{type(error).__name__}: {error}"})
    return found


def _refusal(url: str, status: int) -> Trouble:
    code = {401: "asterisk_login", 404: "asterisk_no_ari"}.get(status, "asterisk_status")
    return Trouble(code, {"node": url} | ({"status": str(status)} if code == "asterisk_status" else {}))


async def _ask_all(http: httpx.AsyncClient, plan: Plan, found: Examined) -> None:
    url = found.url
    found.version = (await _get(http, f"{url}/asterisk/info"))["system"]["version"]
    found.trouble = too_old(url, found.version)
    if found.trouble is None:
        modules = await _get(http, f"{url}/asterisk/modules")
        running = [one["name"] for one in modules if one["status"] == "Running"]
        found.trouble = lacking(url, found.version, modules_for(plan), running)
        found.lacks = missing(tuple((name,) for name in WANTED), running)
    if found.trouble is None:
        await _ask_more(http, plan, found)


async def _ask_more(http: httpx.AsyncClient, plan: Plan, found: Examined) -> None:
    url = found.url
    found.led = (await http.get(f"{url}/applications/{APP}")).is_success
    marked = await http.get(f"{url}/asterisk/variable", params={"variable": STAMP})
    mark = marked.json()["value"] if marked.is_success else ""
    found.dialplan, found.current = bool(mark), mark == stamp(plan, url)
    states = {one["resource"]: one["state"] for one in await _get(http, f"{url}/endpoints/{quote('PJSIP')}")}
    wanted = [trunk.name for trunk in plan.trunks] + [phone.name for phone in plan.phones]
    found.absent = [name for name in wanted if name not in states]
    # Behind Kamailio it is Kamailio that asks the carrier whether it is there.
    asked = () if plan.front else plan.trunks
    found.offline = [trunk.name for trunk in asked if states.get(trunk.name) == "offline"]
    found.recordings = (await http.get(f"{url}/recordings/stored")).is_success


async def _get(http: httpx.AsyncClient, url: str) -> Any:
    return (await http.get(url)).raise_for_status().json()
