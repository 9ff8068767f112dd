"""What every command of the feed is made with: its arguments, who asks, and the doors that stay shut."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from rexian.directory.act import refuse
from rexian.directory.principal import Principal
from rexian.engine.commands import AnyCommand
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.engine.state import Interaction
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.runtime.port import Content, FloorPort

MAX_NOTE = 8_000

Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Meta(max_length=100_000)]


class Args(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of all commands' arguments."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command on its way: who asks, under which id, and the floor's committed state."""

    who: Principal
    id: str
    port: FloorPort
    floor: Floor

    @property
    def me(self) -> Party:
        return Party("agent", self.who.person_id)

    def second_id(self, name: str) -> str:
        """An id that follows from the command's: the same words sent again are the same content."""
        return str(uuid.uuid5(uuid.UUID(self.id), name))

    def words(self, kind: str, text: str, contact_id: str, interaction_id: str, tenant_id: str) -> Content:
        """Words that go along with a command."""
        return Content(
            id=self.second_id(kind), tenant_id=tenant_id, contact_id=contact_id, interaction_id=interaction_id,
            author=self.me, kind=kind, text=text,
        )  # fmt: skip


Made = tuple[AnyCommand, list[Content]]
Entry = tuple[msgspec.json.Decoder[Any], Callable[[Asked, Any], Awaitable[Made]]]
A = TypeVar("A", bound=Args)


def entry(args: type[A], make: Callable[[Asked, A], Awaitable[Made]]) -> Entry:
    """A command of the catalogue: how its arguments are read and what is made of them."""
    return msgspec.json.Decoder(args), make


def check_text(text: str, limit: int) -> None:
    """Raises `Problem` (400): `text_empty`, `text_too_long`, `text_unreadable`."""
    if not text.strip():
        raise Problem("text_empty", 400)
    if len(text) > limit:
        raise Problem("text_too_long", 400, limit=limit)
    if "\x00" in text:
        raise Problem("text_unreadable", 400)


class Doors:
    """Finds what a command is about, if it is there for the person at all."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def interaction(self, asked: Asked, interaction_id: str) -> tuple[str, str]:
        """The contact and the tenant of an interaction that the person may work on."""
        found = await self.find(asked, interaction_id)
        return found.contact_id, found.tenant_id

    async def find(self, asked: Asked, interaction_id: str) -> Interaction:
        """The interaction. Raises `Problem`: 404 when there is none, or (audited) none of theirs."""
        found = asked.floor.interaction(interaction_id)
        if found is None:
            raise Problem("unknown_interaction", 404)
        if found.tenant_id not in asked.who.tenants:
            await refuse(self._db, self._clock, asked.who, "interaction", interaction_id)
        return found
