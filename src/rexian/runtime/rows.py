"""Events as journal rows and back, and which words belong to which event."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from msgspec import structs

from rexian.engine.codec import decode_event
from rexian.engine.events import AnyEvent
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.runtime.port import Committed, Content

# Which attribute of which event names its content, and which event takes content of a kind that has no id of its own.
_BY_ID = ("message_id", "note_id")
_BY_KIND = {"rating": "ContactRated", "wrap_up": "HandlingWrappedUp", "note": "InteractionTransferred"}


def attach(
    events: Sequence[AnyEvent], first: int, floor_id: str, by: Party, command_id: str, content: Sequence[Content]
) -> tuple[list[Committed], list[Committed]]:
    """Number a command's events from `first` on and put each piece of its content to its event.

    Returns the command's events and, for the content table, one `Committed` per piece of content (an event that two
    pieces belong to carries the first). A command without events has been carried out before: its content is stored.
    """
    placed = [(_place(events, piece), piece) for piece in content] if events else []
    carried = dict(reversed(placed))  # the first piece of each event
    made = [
        Committed(
            floor_id=floor_id, seq=first + index, event=event, by=by, command_id=command_id, content=carried.get(index)
        )
        for index, event in enumerate(events)
    ]
    pieces = [
        made[index] if carried[index] is piece else structs.replace(made[index], content=piece)
        for index, piece in placed
    ]
    return made, pieces


def _place(events: Sequence[AnyEvent], piece: Content) -> int:
    for index, event in enumerate(events):
        if any(getattr(event, name, None) == piece.id for name in _BY_ID):
            return index
    for index, event in enumerate(events):
        if type(event).__name__ == _BY_KIND.get(piece.kind):
            return index
    return 0


class Columns:
    """Finds the columns that the journal repeats beside the body, for searching and for the tenants' walls."""

    _REMEMBERED = 50_000

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, str] = OrderedDict()

    def ids(self, floor: Floor, event: AnyEvent) -> tuple[str | None, str | None, str | None, str | None]:
        """Return (tenant, contact, interaction, agent) of an event that `floor` has just applied."""
        contact_id = getattr(event, "contact_id", None)
        agent_id = getattr(event, "agent_id", None)
        if agent_id is None and (spec := getattr(event, "agent", None)) is not None:
            agent_id = spec.id
        tenant = self._of_contact(floor, event, contact_id) if contact_id else self._of_queue(floor, event)
        return tenant, contact_id, getattr(event, "interaction_id", None), agent_id

    def _of_contact(self, floor: Floor, event: AnyEvent, contact_id: str) -> str | None:
        known = floor.contact(contact_id)
        tenant: str | None = known.tenant_id if known else getattr(event, "tenant_id", self._tenants.get(contact_id))
        if tenant is not None and contact_id not in self._tenants:
            if len(self._tenants) >= self._REMEMBERED:
                self._tenants.popitem(last=False)
            self._tenants[contact_id] = tenant  # a contact may be forgotten by the floor with its very last event
        return tenant

    def _of_queue(self, floor: Floor, event: AnyEvent) -> str | None:
        if (spec := getattr(event, "queue", None)) is not None:
            return str(spec.tenant_id)
        if (policy := getattr(event, "policy", None)) is not None:
            return str(policy.tenant_id)
        if (tenant_id := getattr(event, "tenant_id", None)) is not None:
            return str(tenant_id)
        queue_id = getattr(event, "queue_id", None)
        queue = floor.queue(queue_id) if queue_id else None
        return queue.tenant_id if queue else None


def committed(row: Any) -> Committed:
    """Return what a row of `journal.select_committed` says."""
    content = None
    if row.content_id is not None:
        content = Content(
            id=row.content_id,
            tenant_id=row.content_tenant_id,
            contact_id=row.content_contact_id,
            interaction_id=row.content_interaction_id,
            author=Party(row.author_kind, row.author_id),
            kind=row.content_kind,
            text=row.text,
            file_id=row.file_id,
        )
    return Committed(
        floor_id=row.floor_id,
        seq=row.seq,
        event=decode_event(row.body),
        by=Party(row.by_kind, row.by_id),
        command_id=row.command_id,
        content=content,
    )
