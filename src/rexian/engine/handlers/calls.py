"""While they talk: hold, listeners and guests, take-over, recording."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.applying_calls import consults_of
from rexian.engine.commands import (
    AddExternal,
    JoinInteraction,
    LeaveInteraction,
    NoteRecording,
    SetHold,
    SetRecording,
    TakeOver,
)
from rexian.engine.decision import Decision
from rexian.engine.handlers.codes import check_code
from rexian.engine.handlers.talking import check_talking
from rexian.engine.policy_checks import LONGEST_MS
from rexian.engine.refusal import Refusal
from rexian.engine.specs import ParticipantRole, Party
from rexian.engine.state import Interaction
from rexian.engine.steps import dismiss, end

MOST_EXTERNALS = 3
MOST_SUPERVISORS = 5
LARGEST_FILE = 1 << 50
_HEX = frozenset("0123456789abcdef")


def own_main_talk(d: Decision, interaction_id: str, agent_id: str) -> Interaction:
    """This agent talks with the customer in it, or `Refusal`."""
    interaction = d.interaction(interaction_id)
    check_talking(interaction, agent_id)
    if interaction.is_consult:
        raise Refusal("is_consult", interaction_id=interaction_id)
    return interaction


def set_hold(d: Decision, c: SetHold) -> None:
    interaction = own_main_talk(d, c.interaction_id, c.agent_id)
    if bool(interaction.held_at) == c.on:
        return
    where = interaction.contact_id, interaction.id
    if c.on:
        d.emit(ev.InteractionHeld(at=d.at, contact_id=where[0], interaction_id=where[1], agent_id=c.agent_id))
        return
    held_ms = d.at - interaction.held_at
    d.emit(
        ev.InteractionResumed(
            at=d.at, contact_id=where[0], interaction_id=where[1], agent_id=c.agent_id, held_ms=held_ms
        )
    )


# -- who else is there -----------------------------------------------------------------------------------------------
def join_interaction(d: Decision, c: JoinInteraction) -> None:
    """In any role, and from one to another; the web asks whether this person may."""
    interaction = d.interaction(c.interaction_id)
    if interaction.state != "talking":
        raise Refusal("not_talking", interaction_id=interaction.id)
    if interaction.agent_id == c.person_id:
        raise Refusal("talks_already", interaction_id=interaction.id)
    known = interaction.participants.get(c.person_id)
    if known == c.role:
        return
    if known == "external":
        raise Refusal("id_in_use", interaction_id=interaction.id, person_id=c.person_id)
    if known is None:
        _check_room(interaction, external=False, most=MOST_SUPERVISORS)
    _join(d, interaction, c.person_id, c.role)


def add_external(d: Decision, c: AddExternal) -> None:
    interaction = own_main_talk(d, c.interaction_id, c.agent_id)
    known = interaction.participants.get(c.participant_id)
    if known == "external":
        return
    if known is not None or c.participant_id == interaction.agent_id:
        raise Refusal("id_in_use", interaction_id=interaction.id, person_id=c.participant_id)
    _check_room(interaction, external=True, most=MOST_EXTERNALS)
    _join(d, interaction, c.participant_id, "external")


def _check_room(interaction: Interaction, *, external: bool, most: int) -> None:
    there = sum([(role == "external") == external for role in interaction.participants.values()])
    if there >= most:
        raise Refusal("too_many_participants", interaction_id=interaction.id, most=most)


def _join(d: Decision, interaction: Interaction, person_id: str, role: ParticipantRole) -> None:
    d.emit(
        ev.ParticipantJoined(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            person_id=person_id,
            role=role,
        )
    )


def leave_interaction(d: Decision, c: LeaveInteraction) -> None:
    interaction = d.interaction(c.interaction_id)
    check_code("why", c.why)
    if c.person_id in interaction.participants:
        dismiss(d, interaction, c.person_id, c.why)


# -- take-over -------------------------------------------------------------------------------------------------------
def take_over(d: Decision, c: TakeOver) -> None:
    """Whoever listened talks now. A consultation that goes on is the taker's, unless they are the one who is asked."""
    interaction = d.interaction(c.interaction_id)
    d.agent(c.agent_id)
    if interaction.state != "talking":
        raise Refusal("not_talking", interaction_id=interaction.id)
    if interaction.is_consult:
        raise Refusal("is_consult", interaction_id=interaction.id)
    if interaction.agent_id == c.agent_id:
        return
    for consult in tuple(consults_of(d.state, interaction)):
        if c.agent_id in (consult.agent_id, consult.target_agent_id):
            end(d, consult, Party("agent", c.agent_id), "consult_over")
    if c.agent_id in interaction.participants:
        dismiss(d, interaction, c.agent_id, "took_over")
    d.emit(
        ev.InteractionTakenOver(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=interaction.queue_id,
            from_agent_id=str(interaction.agent_id),
            agent_id=c.agent_id,
        )
    )


# -- recording -------------------------------------------------------------------------------------------------------
def set_recording(d: Decision, c: SetRecording) -> None:
    """A menu may record (a message left); an agent only their own talk."""
    interaction = d.interaction(c.interaction_id)
    check_code("why", c.why)
    if interaction.recording == c.state:
        return
    if interaction.state in ("ended", "after_contact_work"):
        raise Refusal("already_ended", interaction_id=interaction.id)
    if c.by.kind == "agent":
        check_talking(interaction, c.by.id)
    if interaction.is_consult:
        raise Refusal("is_consult", interaction_id=interaction.id)
    d.emit(
        ev.RecordingChanged(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            by=c.by,
            state=c.state,
            why=c.why,
        )
    )


def note_recording(d: Decision, c: NoteRecording) -> None:
    """The first word on a recording counts; a repeat is known by the recording's id."""
    interaction = d.interaction(c.interaction_id)
    if c.recording_id in interaction.recording_ids:
        return
    _check_file(c)
    d.emit(
        ev.RecordingStored(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            recording_id=c.recording_id,
            sha256=c.sha256,
            duration_ms=c.duration_ms,
            size=c.size,
            why=c.why,
        )
    )


def _check_file(c: NoteRecording) -> None:
    check_code("recording_id", c.recording_id, 120)
    check_code("why", c.why)
    if len(c.sha256) != 64 or not _HEX.issuperset(c.sha256):
        raise Refusal("bad_value", field="sha256")
    if not (0 <= c.duration_ms <= LONGEST_MS and 0 <= c.size <= LARGEST_FILE):
        raise Refusal("bad_value", field="duration_ms" if 0 <= c.size <= LARGEST_FILE else "size")
