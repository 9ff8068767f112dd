"""Two real Asterisk nodes behind a real Kamailio, on addresses of loopback of their own, led by one house."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from bench.asterisk import sipp

from rexian.channels.voice.asterisk.config import files
from rexian.channels.voice.asterisk.plan import plan_of
from rexian.kit.database import Database
from tests.channels.voice.asterisk.crew import hire, work
from tests.channels.voice.asterisk.exchange import Exchange, free_port
from tests.channels.voice.asterisk.product import Product, seed, settings_for
from tests.served import Served, running


class Cluster:
    """Stands where tests expect an `Exchange`: its `address` is Kamailio's. Agents' phones need not register; one sipp
    plays them all, and sends back what it hears."""

    def __init__(self, desks: int) -> None:
        port, http, sip, agents = (free_port(kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM) * 2)
        self.front = port
        self.nodes = [
            Exchange(
                n=n, host=f"127.0.0.{n + 1}", http=http, sip=sip, agents=agents, front=f"127.0.0.1:{port}",
                desks=desks, phones=("p0",),
            )
            for n in (1, 2)
        ]  # fmt: skip
        self.first, self.second = self.nodes
        self.settings = msgspec.structs.replace(
            self.first.settings, asterisk_urls=tuple(url for node in self.nodes for url in node.settings.asterisk_urls)
        )
        self.plan, self.desks = plan_of(self.settings), self.first.desks
        self._kamailio: subprocess.Popen[bytes] | None = None
        self._agents: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.front

    @property
    def folder(self) -> Path:
        return self.first.run

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        (self.folder / "front").mkdir()
        for name in ("kamailio.cfg", "dispatcher.list"):
            text = files(self.plan)[name].replace("/etc/kamailio", str(self.folder / "front"))
            (self.folder / "front" / name).write_text(text.replace("/run/kamailio", str(self.folder / "front")))
        self._kamailio = spreading(self.folder / "front")
        self._agents = sipp(
            self.folder, "-sn", "uas", "-rtp_echo", "-p", str(self.first.agents), "-mp", str(free_port())
        )

    def knows(self) -> dict[str, str]:
        """What Kamailio thinks of each node's address: its flags (A…: gets calls)."""
        said = self.kamcmd("dispatcher.list")
        return dict(re.findall(r"URI: sip:([\d.]+):\d+.*?FLAGS: (\w+)", said, re.S))

    def kamcmd(self, *words: str) -> str:
        command = ["kamcmd", "-s", f"unix:{self.folder}/front/kamailio_ctl", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout

    async def settled(self, *, second: bool = True) -> None:
        """Wait until Kamailio knows that the first node gets calls, and whether the second one does."""
        wanted = {self.first.host: True, self.second.host: second}
        async with asyncio.timeout(40):
            while True:
                known = await asyncio.to_thread(self.knows)
                if {host: flags[0] == "A" for host, flags in known.items()} == wanted:
                    return
                await asyncio.sleep(0.2)

    def close(self) -> None:
        for process in (self._kamailio, self._agents):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(10)
        for node in reversed(self.nodes):
            node.close()


def spreading(folder: Path) -> subprocess.Popen[bytes]:
    """Kamailio with the files of this folder."""
    command = ["kamailio", "-DD", "-E", "-f", f"{folder}/kamailio.cfg", "-P", f"{folder}/pid", "-Y", f"{folder}"]
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL)


def taken(node: Exchange) -> int:
    """How many calls came in at this node since it was started, those that it refused included."""
    found = re.search(r"(\d+) calls? processed", node.cli("core show channels count"))
    return int(found[1]) if found else 0


@asynccontextmanager
async def led(db: Database, home: Path, cluster: Cluster) -> AsyncIterator[tuple[Product, list[Any]]]:
    """The house that leads both, and the pages of agents who take whatever is offered."""
    city = await seed(db, {})
    here: Any = SimpleNamespace(served=SimpleNamespace(city=city, house=SimpleNamespace(db=db)), exchange=cluster)
    ids = await hire(here)
    settings = settings_for(cluster, home, db)  # type: ignore[arg-type]
    async with running(settings) as (house, port):
        product = Product(Served(house, city, port, settings), cluster)  # type: ignore[arg-type]
        voice = house.voice
        assert voice is not None
        await product.until(lambda: voice.director.up and voice.phones.names, 30)
        await product.until(lambda: all(node.line.up for node in voice.voice._hall.nodes.values()), 30)  # type: ignore[attr-defined]
        desks = [await product.desk(id) for id in ids]
        for desk in desks:
            desk.lives()
        working = [asyncio.create_task(work(desk)) for desk in desks]
        yield product, desks
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await product.close()
        for leg in (await voice.voice.inventory()).legs:
            await voice.voice.hang_up(leg.id)
