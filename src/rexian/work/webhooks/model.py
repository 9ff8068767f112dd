"""What other systems are told: journal events as CloudEvents 1.0, with ids, codes and instants, no words or names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from rexian.engine import events as e

EventName = Literal[
    "contact.started",
    "contact.received",
    "contact.queued",
    "contact.answered",
    "contact.ended",
    "contact.wrapped_up",
    "contact.recorded",
    "contact.rated",
    "contact.closed",
]
EVENT_NAMES: tuple[EventName, ...] = get_args(EventName)
TYPE_PREFIX = "rexian."
TEST_TYPE = "rexian.test"

_NAME_OF: dict[type[e.Event], EventName] = {
    e.ContactStarted: "contact.started",
    e.InteractionReceived: "contact.received",
    e.InteractionQueued: "contact.queued",
    e.OfferAccepted: "contact.answered",
    e.InteractionEnded: "contact.ended",
    e.HandlingWrappedUp: "contact.wrapped_up",
    e.DispositionAdded: "contact.wrapped_up",
    e.RecordingStored: "contact.recorded",
    e.ContactRated: "contact.rated",
    e.ContactClosed: "contact.closed",
}


class CloudEvent(Struct, frozen=True, kw_only=True):
    """CloudEvents 1.0, JSON, structured mode. `sequence` orders the events of one source."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    tenantid: str
    sequence: str
    data: dict[str, Any]
    specversion: str = "1.0"
    datacontenttype: str = "application/json"


def name_of(event: e.AnyEvent) -> EventName | None:
    """The name under which a webhook subscribes to this event; None: nobody outside is told."""
    return _NAME_OF.get(type(event))


def cloud_event(event: e.AnyEvent, *, base_url: str, floor_id: str, seq: int, tenant_id: str) -> CloudEvent:
    """The event as other systems get it. The same journal row always gives the same event."""
    name = _NAME_OF[type(event)]
    body: dict[str, Any] = msgspec.to_builtins(event)
    for inner in ("type", "tenant_id"):
        body.pop(inner, None)
    return CloudEvent(
        id=f"{floor_id}/{seq}",
        source=f"{base_url}/floors/{floor_id}",
        type=TYPE_PREFIX + name,
        subject=str(getattr(event, "contact_id", "")),
        time=rfc3339(event.at),
        tenantid=tenant_id,
        sequence=f"{seq:020d}",
        data=body,
    )


def rfc3339(at: int) -> str:
    """An instant (ms since 1970 UTC) as RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encoded(event: CloudEvent) -> str:
    return msgspec.json.encode(event).decode()
