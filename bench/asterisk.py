"""Telephone calls through Asterisk: sipp calls in, is answered, an agent (sipp) is called, both are put into a bridge.

Asterisk runs in its chroot on this machine (`tools/setup-asterisk`), and shares its cores with sipp and with us. The
peer is what a caller would notice as a pause between "hello" and being heard: 250 ms.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from tests.channels.voice.asterisk.controller import Controller
from tests.channels.voice.asterisk.exchange import Exchange, free_port, missing

from bench.report import arguments, figure, percentile
from rexian.channels.voice.asterisk.engine import AsteriskEngine

PAUSE_MS = 250.0


@dataclass
class Result:
    """What a run showed. Times in ms, `cpu` in s of our own process, `asterisk_cpu` in s of Asterisk."""

    calls: int
    succeeded: int
    failed: int
    retransmissions: int
    bridged: int
    to_bridge_ms: list[float]
    to_agent_ms: list[float]
    cpu: float
    asterisk_cpu: float
    seconds: float


def sipp(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Run sipp without its screen; statistics go into its own files in `folder`."""
    command = ["sipp", "-i", "127.0.0.1", "-nostdin", "-trace_stat", "-fd", "1", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def statistics(folder: Path, process: subprocess.Popen[bytes]) -> dict[str, float]:
    """The last line of sipp's statistics file, by column name."""
    (path,) = folder.glob(f"*_{process.pid}_.csv")
    head, *_, last = path.read_text().splitlines()
    pairs = zip(head.split(";"), last.split(";"), strict=False)
    return {name: float(value) for name, value in pairs if re.fullmatch(r"-?[\d.]+", value)}


async def run(exchange: Exchange, calls: int, rate: int, talk_ms: int = 4_000) -> Result:
    """Make `calls` at `rate` a second. The exchange has been started."""
    engine = AsteriskEngine(exchange.plan)
    controller = Controller(engine)
    await engine.start()
    await controller.up.wait()
    assert exchange.process is not None
    asterisk, ours = psutil.Process(exchange.process.pid), os.times()
    before, begun = asterisk.cpu_times(), time.monotonic()
    agents = sipp(exchange.run, "-sn", "uas", "-p", str(exchange.agents), "-mp", str(free_port()))
    callers = sipp(
        exchange.run, "-sn", "uac", "-s", "4001", "-r", str(rate), "-m", str(calls), "-l", str(calls),
        "-d", str(talk_ms), "-p", str(free_port()), "-mp", str(free_port()), f"127.0.0.1:{exchange.sip}",
    )  # fmt: skip
    await asyncio.to_thread(callers.wait, 60 + calls / rate)
    seconds, after, now = time.monotonic() - begun, asterisk.cpu_times(), os.times()
    await asyncio.sleep(0.5)
    found = statistics(exchange.run, callers)
    agents.terminate()
    await asyncio.to_thread(agents.wait)
    await engine.stop()
    return Result(
        calls=calls, succeeded=int(found["SuccessfulCall(C)"]), failed=int(found["FailedCall(C)"]) + controller.failed,
        retransmissions=int(found["Retransmissions(C)"]), bridged=controller.bridged,
        to_bridge_ms=controller.to_bridge_ms, to_agent_ms=controller.to_agent_ms,
        cpu=now.user + now.system - ours.user - ours.system,
        asterisk_cpu=after.user + after.system - before.user - before.system, seconds=seconds,
    )  # fmt: skip


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rate", type=int, default=20)
    given = parser.parse_args()
    if reason := missing():
        sys.exit(f"bench.asterisk: {reason}")
    exchange = Exchange()
    try:
        exchange.start()
        result = asyncio.run(run(exchange, given.calls, given.rate))
    finally:
        exchange.close()
    as_json, calls = given.json, result.calls
    figure("calls that succeeded", result.succeeded, "calls", "made", calls, as_json=as_json)
    figure("calls that failed", result.failed, "calls", as_json=as_json)
    figure("retransmissions", result.retransmissions, "packets", as_json=as_json)
    for share in (0.5, 0.95, 0.99):
        value = percentile(result.to_bridge_ms, share)
        name = f"agent's answer to bridge, p{share * 100:.0f}"
        figure(name, value, "ms", "a pause that is noticed", PAUSE_MS, as_json=as_json)
    figure("call comes in to agent answers, p95", percentile(result.to_agent_ms, 0.95), "ms", as_json=as_json)
    figure("our CPU a call", result.cpu / calls * 1000, "ms", "Asterisk's", result.asterisk_cpu / calls * 1000,
           as_json=as_json)  # fmt: skip


if __name__ == "__main__":
    main()
