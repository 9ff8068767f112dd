"""What may be asked of a floor about live calls: reception, hold, consultation, participants, take-over, recording.

`commands.py` names them all again; import them from there. Refusals are named where they are not obvious.
"""

from __future__ import annotations

from rexian.engine.bases import Command
from rexian.engine.specs import Medium, NoteKind, Party, RecordingState, SupervisorRole


# -- reception: before anybody knows which queue it is for -----------------------------------------------------------
class ReceiveContact(Command, frozen=True, kw_only=True):
    """A customer's demand arrives at a menu: its first interaction is in `reception`, in no line, with no queue.

    `entry`: where it came in (a site's or a number's id), at most 120 characters. Refused: `id_in_use`,
    `bad_attributes`, `bad_value`.
    """

    contact_id: str
    interaction_id: str
    tenant_id: str
    customer_id: str
    medium: Medium
    simulated: bool = False
    attributes: dict[str, str] = {}
    entry: str = ""


class NoteReception(Command, frozen=True, kw_only=True):
    """What the machine said or the customer chose there: codes of at most 64 characters, never secret digits.

    In any state, for announcements go on in the queue and the rating comes after the end. Refused: `bad_value`.
    """

    interaction_id: str
    node: str
    kind: NoteKind
    value: str = ""


class QueueInteraction(Command, frozen=True, kw_only=True):
    """Out of the reception into a queue; fields, checks and refusals as for `StartContact`.

    `attributes` are added to those that it came with. Refused besides: `not_in_reception`.
    """

    interaction_id: str
    queue_id: str
    needs: dict[str, int] = {}
    credit_ms: int = 0
    attributes: dict[str, str] = {}
    last_agent_id: str | None = None
    named_agent_id: str | None = None
    emergency: bool = False


# -- while they talk -------------------------------------------------------------------------------------------------
class SetHold(Command, frozen=True, kw_only=True):
    """The customer hears music, or is taken back. Refused: `not_talking`, `not_your_interaction`, `is_consult`."""

    interaction_id: str
    agent_id: str
    on: bool


class Consult(Command, frozen=True, kw_only=True):
    """Ask a colleague while the customer stays: a second interaction of the same contact, first in its line.

    Exactly one target; a consultation with a person waits for them and goes on to the interaction's own queue.
    Refused: as a transfer, and `id_in_use`, `is_consult` (no consultation about a consultation), `consult_open`.
    """

    interaction_id: str
    agent_id: str
    consult_id: str
    to_queue_id: str | None = None
    to_agent_id: str | None = None


class CompleteTransfer(Command, frozen=True, kw_only=True):
    """The colleague keeps the customer: the consultation becomes the contact's main interaction, the first one ends.

    Refused: `not_talking`, `not_your_interaction`, `not_its_consult`, `consult_not_talking`.
    """

    interaction_id: str
    agent_id: str
    consult_id: str


class JoinInteraction(Command, frozen=True, kw_only=True):
    """A supervisor listens, whispers to the agent, or talks with both; again with another role changes it.

    Refused: `not_talking`, `talks_already` (it is the person's own), `id_in_use`, `too_many_participants`.
    """

    interaction_id: str
    person_id: str
    role: SupervisorRole


class LeaveInteraction(Command, frozen=True, kw_only=True):
    """A participant goes or is sent away; nothing when they are not there. `why`: a code, at most 64 characters."""

    interaction_id: str
    person_id: str
    why: str = "left"


class AddExternal(Command, frozen=True, kw_only=True):
    """Somebody outside the house joins: role `external`. Refused: as `SetHold`, `id_in_use`, `too_many_participants`
    (three at most). The number that is called is no business of the floor's."""

    interaction_id: str
    agent_id: str
    participant_id: str


class TakeOver(Command, frozen=True, kw_only=True):
    """A supervisor has the customer from now on; the former agent is free as after a transfer.

    The taker is an agent of the floor, ready or not; their capacity does not hinder it, but the place counts.
    Refused: `unknown_agent`, `not_talking`, `is_consult`.
    """

    interaction_id: str
    agent_id: str


class SetRecording(Command, frozen=True, kw_only=True):
    """`why`: a code (`consent`, `card`, `agent`, …) of at most 64 characters.

    By an agent only while they talk. Refused: `already_ended`, `not_talking`, `not_your_interaction`, `bad_value`.
    """

    interaction_id: str
    by: Party
    state: RecordingState
    why: str = ""


class NoteRecording(Command, frozen=True, kw_only=True):
    """A recording's file is closed; in any state. `sha256`: hex, of the sealed file; `size` in bytes; `why` as the
    voice port's `RecordingEnded`. Refused: `bad_value`."""

    interaction_id: str
    recording_id: str
    sha256: str
    duration_ms: int
    size: int
    why: str = "stopped"
