"""What the rest of the house sees of a floor: submit a command, ask a question, listen to what was committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from rexian.engine.commands import AnyCommand
from rexian.engine.events import AnyEvent
from rexian.engine.floor import Floor
from rexian.engine.specs import Party

T = TypeVar("T")


class Content(Struct, frozen=True, kw_only=True):
    """Words or a file that belong to a command, stored beside the journal in the same commit (and erasable there).

    `kind`: `text`, `file`, `note`, `rating` or `wrap_up`. `file_id` points at `chat_file`.
    """

    id: str
    tenant_id: str
    contact_id: str
    interaction_id: str | None
    author: Party
    kind: str
    text: str = ""
    file_id: str | None = None


class Committed(Struct, frozen=True, kw_only=True):
    """One event that is in the journal. `seq` is gapless per floor; `content` comes along for those who push it on."""

    floor_id: str
    seq: int
    event: AnyEvent
    by: Party
    command_id: str
    content: Content | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """The answer to a command, given only after its commit. `repeated`: it had been carried out before."""

    seq: int
    committed: tuple[Committed, ...]
    repeated: bool = False


class Refused(Exception):
    """The floor says no. `code` is stable and translated at the edge (`errors.<code>` in the catalogues)."""

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Unavailable(Exception):
    """The floor can't commit now (database away, not the leader, overloaded). Safe to repeat with the same id."""

    def __init__(self, why: str, retry_after_s: int = 1) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after_s = retry_after_s


Listener = Callable[[Sequence[Committed]], None]


class FloorPort(Protocol):
    """A floor as its users know it."""

    floor_id: str
    epoch: int
    seq: int
    """The last committed event's; inside of `ask` it is that of the state asked."""

    async def submit(self, command: AnyCommand, *, id: str, by: Party, content: Sequence[Content] = ()) -> Receipt:
        """Carry out `command` and return once it is committed. Raises `Refused` or `Unavailable`."""
        ...

    async def ask(self, question: Callable[[Floor], T]) -> T:
        """Answer a question from committed state only (runs between two batches). Must not change anything."""
        ...

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every committed batch, in order, on the event loop. Returns how to stop listening."""
        ...
