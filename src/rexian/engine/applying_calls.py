"""What live calls do to the facts: reception, hold, consultation, participants, take-over (see `applying.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rexian.engine import events as ev
from rexian.engine.applying_steps import call_of, end_hold, give_share_back, idle_from, note_wrapping, release
from rexian.engine.core import Core
from rexian.engine.state import ANY_STATE, Agent, Call, Declined, Interaction, State
from rexian.engine.timers import NEVER, Due

_NOT_FOR_THE_ASKER = Declined(NEVER, ANY_STATE)


def consults_of(state: State, interaction: Interaction) -> Iterator[Interaction]:
    """The open consultations about it."""
    ids = state.contacts[interaction.contact_id].interaction_ids
    for id in ids if len(ids) > 1 else ():
        consult = state.interactions[id]
        if consult.consult_of == interaction.id and consult.is_consult and consult.state != "ended":
            yield consult


# -- reception -------------------------------------------------------------------------------------------------------
def _received(core: Core, e: ev.InteractionReceived) -> None:
    state = core.state
    state.contacts[e.contact_id].interaction_ids.append(e.interaction_id)
    state.interactions_seen += 1
    state.interactions[e.interaction_id] = Interaction(
        id=e.interaction_id,
        contact_id=e.contact_id,
        tenant_id=e.tenant_id,
        number=state.interactions_seen,
        queue_id="",
        first_queue_id="",
        medium=e.medium,
        first_medium=e.medium,
        needs={},
        credit_ms=0,
        since=e.at,
        state="reception",
        attributes=e.attributes,
        call=Call(entry=e.entry, received_at=e.at, first_attributes=e.attributes),
    )


def leave_reception(core: Core, interaction: Interaction, e: ev.InteractionQueued) -> None:
    """From now on it is as if it had begun in this queue."""
    interaction.queue_id = interaction.first_queue_id = e.queue_id
    interaction.needs = e.needs
    interaction.credit_ms = e.credit_ms
    interaction.since = e.since
    interaction.waiting_from = interaction.entered_at = e.at
    interaction.attributes = e.attributes
    interaction.emergency = e.emergency
    interaction.expected = e.expected
    interaction.state = "queued"
    core.state.queues[e.queue_id].waiting += 1


def _journal_only(core: Core, e: ev.ReceptionNoted) -> None:
    """Known to the journal; the floor has nothing to remember of it."""


# -- hold and participants -------------------------------------------------------------------------------------------
def _held(core: Core, e: ev.InteractionHeld) -> None:
    call_of(core.state.interactions[e.interaction_id]).held_at = e.at


def _resumed(core: Core, e: ev.InteractionResumed) -> None:
    end_hold(core.state.interactions[e.interaction_id], e.at)


def _joined(core: Core, e: ev.ParticipantJoined) -> None:
    call_of(core.state.interactions[e.interaction_id]).participants[e.person_id] = e.role


def _left(core: Core, e: ev.ParticipantLeft) -> None:
    del call_of(core.state.interactions[e.interaction_id]).participants[e.person_id]


# -- take-over -------------------------------------------------------------------------------------------------------
def _taken_over(core: Core, e: ev.InteractionTakenOver) -> None:
    state, interaction = core.state, core.state.interactions[e.interaction_id]
    end_hold(interaction, e.at)
    if interaction.partner:
        give_share_back(core, interaction)
    interaction.talked_ms += e.at - interaction.accepted_at
    interaction.accepted_at = e.at
    interaction.agent_id = e.agent_id
    interaction.offer_id = None
    release(core, state.agents[e.from_agent_id], interaction, e.at)
    _engage(core, state.agents[e.agent_id], interaction, e.at)
    for consult in consults_of(state, interaction):
        consult.declined.pop(str(consult.consult_by), None)
        call_of(consult).consult_by = e.agent_id
        keep_from_asker(consult)


def _engage(core: Core, agent: Agent, interaction: Interaction, at: int) -> None:
    """The agent has it in hand without having been offered it; the place counts, whether there was one or not."""
    if not agent.handlings:
        agent.busy_since = at
    agent.handlings.append(interaction.id)
    agent.used[interaction.medium] = agent.used.get(interaction.medium, 0) + 1
    agent.handled += 1
    idle_from(agent, at)
    note_wrapping(agent, at)
    core.matcher.file(agent)


# -- consultation ----------------------------------------------------------------------------------------------------
def note_consult(interaction: Interaction, e: ev.InteractionQueued) -> None:
    """A new interaction is a consultation."""
    asked_for = (e.queue_id if e.target_agent_id is None else None, e.target_agent_id)
    interaction.call = Call(consult_of=e.consult_of, consult_by=e.consult_by, consult_to=asked_for)


def keep_from_asker(consult: Interaction) -> None:
    """Whoever asks must not be the one who is asked; while an agent has it there is nothing to keep."""
    if consult.state != "talking":
        consult.declined[str(consult.consult_by)] = _NOT_FOR_THE_ASKER


def _promoted(core: Core, e: ev.ConsultPromoted) -> None:
    """The customer is this one's now, with all that concerns the customer: their age, too, in place of the credit."""
    consult, primary = core.state.interactions[e.interaction_id], core.state.interactions[e.consult_of]
    call = call_of(consult)
    call.promoted, call.recording, call.recording_why = True, primary.recording, primary.recording_why
    consult.since, consult.credit_ms = primary.since, primary.credit_ms
    consult.call_back = primary.call_back
    consult.away_due_at, primary.away_due_at = primary.away_due_at, 0
    if consult.away_due_at:
        core.timers.add(consult.away_due_at, Due.AWAY, consult.id)


# -- recording -------------------------------------------------------------------------------------------------------
def _recording_changed(core: Core, e: ev.RecordingChanged) -> None:
    call = call_of(core.state.interactions[e.interaction_id])
    call.recording, call.recording_why = e.state, e.why


def _recording_stored(core: Core, e: ev.RecordingStored) -> None:
    call_of(core.state.interactions[e.interaction_id]).recording_ids.append(e.recording_id)


CALLS: dict[type[Any], Callable[[Core, Any], None]] = {
    ev.InteractionReceived: _received,
    ev.ReceptionNoted: _journal_only,
    ev.InteractionHeld: _held,
    ev.InteractionResumed: _resumed,
    ev.ParticipantJoined: _joined,
    ev.ParticipantLeft: _left,
    ev.InteractionTakenOver: _taken_over,
    ev.ConsultPromoted: _promoted,
    ev.RecordingChanged: _recording_changed,
    ev.RecordingStored: _recording_stored,
}
