"""What happened to live calls: reception, hold, consultation, participants, take-over, recording.

`events.py` names them all again; import them from there.
"""

from __future__ import annotations

from rexian.engine.bases import Event
from rexian.engine.specs import Medium, NoteKind, ParticipantRole, Party, RecordingState


class InteractionReceived(Event, frozen=True, kw_only=True):
    """It is in `reception`: no queue, no line. Comes right after `ContactStarted`."""

    contact_id: str
    interaction_id: str
    tenant_id: str
    medium: Medium
    entry: str = ""
    attributes: dict[str, str] = {}


class ReceptionNoted(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    node: str
    kind: NoteKind
    value: str = ""


class InteractionHeld(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    agent_id: str


class InteractionResumed(Event, frozen=True, kw_only=True):
    """`held_ms`: how long this hold was.

    A hold also ends, without this event, when the interaction ends, is transferred, taken over or queued again.
    """

    contact_id: str
    interaction_id: str
    agent_id: str
    held_ms: int


class ParticipantJoined(Event, frozen=True, kw_only=True):
    """`person_id`: for `external` the participant's id. The same person again: another role from now on."""

    contact_id: str
    interaction_id: str
    person_id: str
    role: ParticipantRole


class ParticipantLeft(Event, frozen=True, kw_only=True):
    """`why`: as the command says (`left`), or `ended`, `queued`, `took_over`. Never implied."""

    contact_id: str
    interaction_id: str
    person_id: str
    role: ParticipantRole
    why: str = "left"


class InteractionTakenOver(Event, frozen=True, kw_only=True):
    """`agent_id` talks from now on, `from_agent_id` is free without after-contact work. Consultations go on."""

    contact_id: str
    interaction_id: str
    queue_id: str
    from_agent_id: str
    agent_id: str


class ConsultPromoted(Event, frozen=True, kw_only=True):
    """The consultation is the contact's main interaction from now on; `consult_of` ends right after, `transferred`.

    `agent_id` has the customer now. Presence, call-back and recording state go over with the customer; nobody is held.
    """

    contact_id: str
    interaction_id: str
    consult_of: str
    agent_id: str


class RecordingChanged(Event, frozen=True, kw_only=True):
    """An open recording is also over, without this event, when the interaction ends."""

    contact_id: str
    interaction_id: str
    by: Party
    state: RecordingState
    why: str = ""


class RecordingStored(Event, frozen=True, kw_only=True):
    """`sha256`: hex, of the sealed file; `size` in bytes."""

    contact_id: str
    interaction_id: str
    recording_id: str
    sha256: str
    duration_ms: int
    size: int
    why: str = "stopped"
