"""Passwords with which agents' browsers register at the exchanges: made at sign-in, for an hour or two.

A password follows from the installation's secret, the phone and the hour, so that every server of ours knows it and
nothing has to be kept. A node accepts that of this hour and of the last: an open page is told the new one in time, and
no registration is lost. They are objects in the node's memory (`sorcery.conf`), put there over the REST interface for
as long as a page of the phone's person is open; without them Asterisk lets nobody in under that name.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from rexian.channels.voice.asterisk.connection import Refused
from rexian.channels.voice.asterisk.hall import Hall, Node
from rexian.channels.voice.asterisk.plan import Plan
from rexian.channels.voice.port import Down, Failed, Gone

log = structlog.get_logger(__name__)

HOUR_S = 3600
AGAIN_S = 60.0
"""How often all are put again: a node may have forgotten them, another server of ours taken one away."""
GRACE_S = 60.0
"""A page that is loaded anew, or whose network was cut, is back by then; one that signs off has unregistered."""
PUT_S = 3.0


class Passes:
    """Of all nodes. `renewed` is called when open pages must be told new passwords."""

    def __init__(self, hall: Hall, plan: Plan, now: Callable[[], float] = time.time) -> None:
        self._hall, self._plan, self._now = hall, plan, now
        self._names = frozenset(phone.name for phone in plan.phones if phone.web)
        self._open: set[str] = set()
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._without: set[str] = set()
        self._stale: dict[str, dict[str, float]] = {}
        self._told = self._hour
        self._task: asyncio.Task[None] | None = None
        self.renewed: Callable[[], None] = lambda: None

    def start(self) -> None:
        if self._task is None and self._names:
            self._task = asyncio.create_task(self._keep(), name="asterisk passwords")

    def stop(self) -> None:
        """What is at the nodes stays there until the next server of ours has its say."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        for handle in self._leaving.values():
            handle.cancel()
        self._leaving.clear()

    # -- pages -------------------------------------------------------------------------------------------------------
    async def open(self, name: str) -> None:
        """A page of this phone's person is there: let it in, everywhere. Returns once it may register."""
        if name not in self._names:
            return
        if handle := self._leaving.pop(name, None):
            handle.cancel()
        self._open.add(name)
        await asyncio.gather(*(self._put(node, name) for node in self._up()))

    def close(self, name: str) -> None:
        """The last page has gone: soon nobody is let in any more."""
        if name in self._open and name not in self._leaving:
            loop = asyncio.get_running_loop()
            self._leaving[name] = loop.call_later(GRACE_S, self._shut, name)

    def _shut(self, name: str) -> None:
        self._leaving.pop(name, None)
        self._open.discard(name)
        for node in self._hall.nodes.values():
            self._stale.setdefault(node.name, {})[name] = 0.0
        self._clear_all()

    def password(self, name: str) -> str:
        """The one that a page is told now."""
        return self._words(name)[0]

    def _words(self, name: str) -> tuple[str, str]:
        """This hour's and the last one's. A node with a configuration of before knows the lasting one only."""
        if self._without:
            return (self._plan.phone_password(name),) * 2
        return self._plan.hourly_password(name, self._hour), self._plan.hourly_password(name, self._hour - 1)

    @property
    def _hour(self) -> int:
        return int(self._now() // HOUR_S)

    # -- nodes -------------------------------------------------------------------------------------------------------
    def _up(self) -> list[Node]:
        return [node for node in self._hall.nodes.values() if node.line.up]

    async def node_up(self, node: Node) -> None:
        """It is there (again), perhaps with nothing in its memory, or with what a server before us has left there."""
        after = time.monotonic() + GRACE_S  # pages that are open are back by then
        self._stale[node.name] = dict.fromkeys(self._names, after) | self._stale.get(node.name, {})
        await self._put_all(node)

    async def _put_all(self, node: Node) -> None:
        await asyncio.gather(*(self._put(node, name) for name in self._open))

    def _clear_all(self) -> None:
        for node in self._up():
            self._hall.spawn(self._clear(node), "passwords end")

    async def _clear(self, node: Node) -> None:
        """Take away what nobody has a page for. What fails is left to the next look."""
        if node.name in self._without:  # a configuration of before: there is nothing of ours
            return
        now, stale = time.monotonic(), self._stale.get(node.name, {})
        for name in [name for name, after in stale.items() if after <= now]:
            await self._take_away(node, name)
            stale.pop(name, None)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_S)
            await self.look()

    async def look(self) -> None:
        """Put all again; when the hour has changed, tell the pages."""
        known = (bool(self._without), self._told)
        await asyncio.gather(*(self._put_all(node) for node in self._up()))
        self._clear_all()
        self._told = self._hour
        if known != (bool(self._without), self._told):
            self.renewed()

    async def _put(self, node: Node, name: str) -> None:
        async with self._locks.setdefault(f"{node.name} {name}", asyncio.Lock()):
            for place, password in zip(self._plan.auths(name), self._words(name), strict=True):
                await self._put_one(node, place, name, password)

    async def _put_one(self, node: Node, place: str, name: str, password: str) -> None:
        given = {"auth_type": "userpass", "username": name, "password": password}
        # A list, as Asterisk reads it; its own description knows only that it is an object.
        fields: Any = [{"attribute": attribute, "value": value} for attribute, value in given.items()]
        try:
            async with asyncio.timeout(PUT_S):
                await node.line.asterisk_update_object("res_pjsip", "auth", place, fields=fields)
            self._without.discard(node.name)
        except Refused as error:
            self._refused(node, error)
        except (Down, Failed, Gone, TimeoutError) as error:
            log.info("asterisk.password_not_put", node=node.name, phone=name, error=str(error))

    def _refused(self, node: Node, error: Refused) -> None:
        """403: no `sorcery.conf` of ours there, so its `pjsip.conf` is of before too, with lasting passwords."""
        if error.status != 403:
            log.warning("asterisk.password_not_put", node=node.name, error=str(error))
        elif node.name not in self._without:
            log.warning("asterisk.passwords_last", node=node.name, status=error.status, mend="rexian asterisk config")
            self._without.add(node.name)

    async def _take_away(self, node: Node, name: str) -> None:
        async with self._locks.setdefault(f"{node.name} {name}", asyncio.Lock()):
            if name in self._open:  # back in this moment
                return
            for place in self._plan.auths(name):
                with suppress(Gone):
                    await node.line.asterisk_delete_object("res_pjsip", "auth", place)
