"""What the desk's API answers: contacts in a list, one contact with its words, the customer's earlier contacts."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rexian.work.reading import FileCard


class Person(Struct, frozen=True, kw_only=True):
    """Who: `customer`, `agent` or `system`, with the name that the directory has now."""

    kind: str
    id: str
    name: str


class Ref(Struct, frozen=True, kw_only=True):
    """An id with its name."""

    id: str
    name: str


class ContactItem(Struct, frozen=True, kw_only=True):
    """A contact in a list. `preview` are the customer's first words. Instants ms since 1970 UTC, durations ms."""

    id: str
    tenant_id: str
    tenant_name: str
    tenant_name_en: str
    customer: Ref
    queue_id: str | None
    queue_name: str
    queue_name_en: str
    medium: str | None
    state: str
    started_at: int
    closed_at: int | None
    agents: list[Ref]
    outcome: str | None
    disposition: str | None
    disposition_name: str | None
    disposition_name_en: str | None
    waited_ms: int | None
    talk_ms: int | None
    rating: int | None
    simulated: bool
    preview: str


class TimelineItem(Struct, frozen=True, kw_only=True):
    """One of a customer's contacts, as the desk lists them beside the present one."""

    id: str
    tenant_id: str
    tenant_name: str
    tenant_name_en: str
    queue_name: str
    queue_name_en: str
    medium: str | None
    state: str
    started_at: int
    closed_at: int | None
    agent_names: list[str]
    disposition: str | None
    disposition_name: str | None
    disposition_name_en: str | None
    wrap_up: str | None
    rating: int | None
    preview: str


class ContactView(Struct, frozen=True, kw_only=True):
    """The contact itself."""

    id: str
    tenant_id: str
    tenant_name: str
    tenant_name_en: str
    customer_id: str
    customer_name: str
    started_at: int
    closed_at: int | None
    rating: int | None
    rating_comment: str | None
    simulated: bool


class InteractionView(Struct, frozen=True, kw_only=True):
    """A routed piece of the contact. `queue_id`: null in reception and if it ended there. `hold_ms`: part of `talk_ms`.

    `consult_of`: a colleague was asked about that interaction and did not take the customer.
    """

    id: str
    medium: str
    state: str
    queue_id: str | None
    queue_name: str
    queue_name_en: str
    agent: Ref | None
    queued_at: int
    accepted_at: int | None
    ended_at: int | None
    ended_by: str | None
    end_reason: str | None
    outcome: str | None
    waited_ms: int | None
    talk_ms: int | None
    hold_ms: int | None
    acw_ms: int | None
    disposition: str | None
    disposition_name: str | None
    disposition_name_en: str | None
    wrap_up: str | None
    consult_of: str | None


class MessageView(Struct, frozen=True, kw_only=True):
    """A message. `erased`: its words or its sound were removed; `number` counts from 1 within the interaction."""

    id: str
    interaction_id: str
    number: int
    at: int
    author: Person
    kind: Literal["text", "file"]
    text: str
    file: FileCard | None
    erased: bool


class NoteView(Struct, frozen=True, kw_only=True):
    """An internal note."""

    id: str
    at: int
    author: Person
    text: str


class RecordingView(Struct, frozen=True, kw_only=True):
    """A stored recording: `duration_ms`, `size` in bytes of the sealed file, its SHA-256 in hex.

    `why` it ended: `stopped`, `leg_ended`, `disk_full`, `failed`.
    """

    id: str
    interaction_id: str
    at: int
    duration_ms: int
    size: int
    sha256: str
    why: str


class ContactDetail(Struct, frozen=True, kw_only=True):
    """A contact with everything that was said."""

    contact: ContactView
    interactions: list[InteractionView]
    messages: list[MessageView]
    notes: list[NoteView]
    recordings: list[RecordingView]
