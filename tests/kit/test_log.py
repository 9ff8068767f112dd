"""Log lines are JSON, in one form for us and for libraries, with the trace of the request that caused them."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import subprocess
import sys

from rexian.kit.log import start_trace, trace_id, traceparent

PROGRAM = """
import logging
from rexian.kit import log
log.configure("info", "json")
log.start_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
log.get("rexian.test").info("contact.started", contact_id="一", tenant="云杉")
logging.getLogger("uvicorn.error").warning("from %s", "uvicorn")
logging.getLogger("httpx").info("noise")
try:
    1 / 0
except ZeroDivisionError:
    log.get("rexian.test").exception("failed")
"""


def test_lines_are_json_and_carry_the_trace() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    ours, uvicorns, failure = (json.loads(line) for line in done.stderr.decode().splitlines())
    assert ours["event"] == "contact.started"
    assert ours["tenant"] == "云杉"
    assert (uvicorns["event"], uvicorns["level"]) == ("from uvicorn", "warning")
    assert {line["trace_id"] for line in (ours, uvicorns, failure)} == {"0af7651916cd43dd8448eb211c80319c"}
    assert "ZeroDivisionError" in failure["exception"]
    assert done.stdout == b""


async def test_each_task_has_its_own_trace() -> None:
    async def request(header: str | None) -> tuple[str | None, str | None]:
        start_trace(header)
        await asyncio.sleep(0)
        return trace_id(), traceparent()

    known = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    (first, sent), (second, _), (third, _) = await asyncio.gather(
        request(known), request(None), request("00-" + "0" * 32 + "-" + "b" * 16 + "-01")
    )
    assert first == "a" * 32
    assert sent is not None
    assert re.fullmatch(r"00-a{32}-[0-9a-f]{16}-01", sent)
    assert len({first, second, third}) == 3


def test_without_configuration_nothing_is_printed_on_stdout() -> None:
    program = "from rexian.kit import log; log.get('x').info('quiet'); log.get('x').warning('heard')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b""
    assert logging.getLogger("rexian").handlers == []
