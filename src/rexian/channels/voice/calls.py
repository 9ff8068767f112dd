"""What a call should be like, as a pure function of what the floor knows and which lines are up.

    facts_of(floor, contact) ─► Facts ─┐
                                       ├─► desired() ─► Media ─► steps(Media, lines) ─► what to ask of the voice engine
    lines of this call (local) ────────┘

The floor says who belongs in the call and as what. The lines say who can be put there now. Nothing here waits, reads a
clock or touches the engine; the director does what `steps` says, and asks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from rexian.channels.voice.port import Role, Side
from rexian.engine.floor import Floor
from rexian.engine.state import Contact, Interaction

Kind = Literal["customer", "agent", "supervisor", "external"]
Stage = Literal["reception", "waiting", "call_back", "talking", "ended"]
LineState = Literal["connecting", "dialling", "up", "lost"]
_LETTERS: dict[Kind, str] = {"customer": "c", "agent": "a", "supervisor": "s", "external": "x"}
_KINDS: dict[str, Kind] = {letter: kind for kind, letter in _LETTERS.items()}
_ENDED = ("ended", "after_contact_work")
FOR_CODE = "step"
"""Why a recording is paused while the caller types a code."""
REFUSED = "refused"
"""Why nothing is recorded when the caller was asked and said no."""


# -- the names of legs -------------------------------------------------------------------------------------------------
class LegName(Struct, frozen=True, kw_only=True):
    """A leg's id in parts. `number`: how many-th line of this person in this interaction, from 1."""

    interaction_id: str
    kind: Kind
    person_id: str = ""
    number: int = 0

    @property
    def id(self) -> str:
        head = f"{self.interaction_id}:{_LETTERS[self.kind]}"
        if self.kind == "customer":
            return head
        return f"{head}:{self.person_id}" + (f":{self.number}" if self.kind in ("agent", "supervisor") else "")


def read_leg(leg_id: str) -> LegName | None:
    """The parts of a leg's id; None for one that is not ours (a telephone's line before we have answered it)."""
    interaction_id, letter, *rest = [*leg_id.split(":"), ""][:4]
    kind = _KINDS.get(letter)
    if kind is None or (kind != "customer" and not rest[0]):
        return None
    person_id = rest[0] if kind != "customer" else ""
    number = rest[1] if len(rest) > 1 else ""
    return LegName(
        interaction_id=interaction_id, kind=kind, person_id=person_id,
        number=int(number[:9]) if number.isascii() and number.isdecimal() else 0,
    )  # fmt: skip


def tag_of(tenant_id: str, contact_id: str, device_id: str = "") -> str:
    return f"{tenant_id}|{contact_id}|{device_id}"


def read_tag(tag: str) -> tuple[str, str, str] | None:
    """(tenant, contact, device) of a leg's tag; None for a foreign one."""
    parts = tag.split("|")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and parts[0] and parts[1] else None


# -- what the floor knows ----------------------------------------------------------------------------------------------
class Seat(Struct, frozen=True, kw_only=True):
    """Somebody who belongs in the call now. `person_id` is empty for the customer."""

    kind: Kind
    interaction_id: str
    person_id: str = ""
    role: Role = "talk"


class Facts(Struct, frozen=True, kw_only=True):
    """A call as the floor has it. `main`: the interaction that has the customer."""

    contact_id: str
    tenant_id: str
    main: str
    stage: Stage
    queue_id: str = ""
    agent_id: str = ""
    accepted_at: int = 0
    held: bool = False
    call_back: bool = False
    away: bool = False
    recording: str = ""
    paused_for_code: bool = False
    declined: bool = False  # asked whether they may be recorded, the customer has said no
    telephone: bool = False  # the customer called in by one
    words_left: bool = False  # before any agent: a message was left, and nobody has been asked to hear it yet
    seats: tuple[Seat, ...] = ()


def main_of(floor: Floor, contact: Contact) -> Interaction | None:
    """The voice interaction that has the customer: the latest open one that is no consultation, else the last."""
    known = [floor.interaction(id) for id in contact.interaction_ids]
    spoken = [one for one in known if one is not None and one.medium == "voice" and not one.is_consult]
    still_open = [one for one in spoken if one.state not in _ENDED]
    return next(iter(reversed(still_open or spoken)), None)


def customer_leg(contact: Contact) -> str:
    """The customer's leg, one for the whole life of the contact."""
    return LegName(interaction_id=contact.interaction_ids[0], kind="customer").id


def facts_of(floor: Floor, contact_id: str) -> Facts | None:
    """None when the floor doesn't know the contact (any more), or nobody speaks in it."""
    contact = floor.contact(contact_id)
    main = main_of(floor, contact) if contact is not None else None
    if contact is None or main is None:
        return None
    talking = main.state == "talking"
    return Facts(
        contact_id=contact.id, tenant_id=contact.tenant_id, main=main.id, stage=_stage(main),
        queue_id=main.queue_id, declined=main.recording == "off" and main.recording_why == REFUSED,
        accepted_at=main.accepted_at, agent_id=(main.agent_id or "") if talking else "", held=bool(main.held_at),
        call_back=main.call_back, away=bool(main.away_due_at), recording=main.recording,
        paused_for_code=main.recording == "paused" and main.recording_why == FOR_CODE,
        telephone=_telephone(floor, contact), words_left=_words_left(main), seats=tuple(_seats(floor, contact, main)),
    )  # fmt: skip


def _words_left(main: Interaction) -> bool:
    nobody = main.state in ("reception", "queued", "offered") and not main.answered and not main.call_back
    return nobody and main.last_number > 0


def first_of(facts: Facts) -> str:
    """The interaction that the customer's leg is named after."""
    return next((seat.interaction_id for seat in facts.seats if seat.kind == "customer"), facts.main)


def _telephone(floor: Floor, contact: Contact) -> bool:
    """Only a telephone's line says what it thinks of its number (STIR/SHAKEN, or `none`)."""
    first = floor.interaction(contact.interaction_ids[0])
    return first is not None and "verstat" in first.attributes


def _stage(main: Interaction) -> Stage:
    if main.state in _ENDED:
        return "ended"
    if main.state in ("reception", "talking"):
        return "reception" if main.state == "reception" else "talking"
    return "call_back" if main.call_back else "waiting"


def _seats(floor: Floor, contact: Contact, main: Interaction) -> list[Seat]:
    seats = [Seat(kind="customer", interaction_id=contact.interaction_ids[0])] if main.state not in _ENDED else []
    if main.state != "talking":
        return seats
    seats.append(Seat(kind="agent", interaction_id=main.id, person_id=main.agent_id or ""))
    for person_id, role in main.participants.items():
        if role == "external":
            seats.append(Seat(kind="external", interaction_id=main.id, person_id=person_id))
        else:
            seats.append(Seat(kind="supervisor", interaction_id=main.id, person_id=person_id, role=role))
    return seats + _consulted(floor, contact, main)


def _consulted(floor: Floor, contact: Contact, main: Interaction) -> list[Seat]:
    found = [floor.interaction(id) for id in contact.interaction_ids]
    return [
        Seat(kind="agent", interaction_id=one.id, person_id=one.agent_id or "")
        for one in found
        if one is not None and one.is_consult and one.consult_of == main.id and one.state == "talking"
    ]


# -- what the channel knows --------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Line:
    """A leg of this call, as far as the channel knows. `mute` is what is wanted; `muted`, `held`, `bridged`, `role`
    are what the engine was told. `since`: when `state` began, ms. `dropped`: the person hung it up on purpose.
    """

    name: LegName
    state: LineState
    since: int
    side: Side
    device_id: str = ""
    mute: bool = False
    muted: bool = False
    held: bool = False
    bridged: bool = False
    role: Role = "talk"
    dropped: bool = False
    told: bool = False  # that it does not come up
    met: bool = False  # it has been in the call
    again_at: int = 0  # a phone that is not there is not called before this instant, ms
    dialled: bool = False  # a telephone that we have called, not a page
    known_as: str = ""  # the engine's own name for a telephone that called in

    @property
    def id(self) -> str:
        return self.known_as or self.name.id

    def put(self, state: LineState, now: int) -> None:
        """Change its state. A line that is not up is nowhere."""
        self.state, self.since = state, now
        if state != "up":
            self.bridged = self.held = self.muted = False


def line_of(lines: dict[str, Line], seat: Seat) -> Line | None:
    """The line on which this person is: the newest that is up, else that is coming, else the newest. A supervisor who
    takes over keeps it.

    People have one pair of ears: their lines in other interactions of the same call count too.
    """
    theirs = [one for one in lines.values() if _sits(one, seat)]
    up = [one for one in theirs if one.state == "up"]
    return max(up or theirs, key=lambda one: (one.state != "lost", one.since, one.name.number), default=None)


def _sits(line: Line, seat: Seat) -> bool:
    if seat.kind in ("customer", "external"):
        return line.name.kind == seat.kind and line.name.person_id == seat.person_id
    return line.name.kind in ("agent", "supervisor") and line.name.person_id == seat.person_id


def seat_of(facts: Facts, line: Line) -> Seat | None:
    """Where this line's person sits now, whatever the line was made for; None: nowhere (any more)."""
    return next((seat for seat in facts.seats if _sits(line, seat)), None)


# -- what should be ----------------------------------------------------------------------------------------------------
class Place(Struct, frozen=True, kw_only=True):
    """Where a leg belongs. `held`: hears music, isn't heard."""

    bridged: bool
    role: Role = "talk"
    held: bool = False
    muted: bool = False


class Media(Struct, frozen=True, kw_only=True):
    """What the engine should have of this call. `goes`: legs without a seat. `missing`: seats without any line."""

    bridge: bool
    places: dict[str, Place]
    goes: tuple[str, ...] = ()
    missing: tuple[Seat, ...] = ()
    recording: Literal["", "on", "paused"] = ""


def desired(
    facts: Facts, lines: dict[str, Line], *, lingers: bool = False, spoken: bool = False, types: bool = False
) -> Media:
    """What the engine should have. `lingers`: the customer stays though the contact has ended (rating by key), or is
    being recorded. `spoken`: customer and agent have been connected in this handling. `types`: the customer types a
    code, which nobody may hear.
    """
    on = {seat: line for seat in facts.seats if (line := line_of(lines, seat)) is not None}
    talks = any(seat.kind == "agent" and line.state == "up" for seat, line in on.items())
    places = {
        line.id: _place(facts, seat, line, talks=talks, spoken=spoken, types=types)
        for seat, line in on.items()
        if line.state == "up"
    }
    talking = facts.stage == "talking"
    recording = facts.recording if talking and talks and facts.recording in ("on", "paused") else ""
    if recording and types:
        recording = "paused"  # whatever the floor says by now
    return Media(
        bridge=talking and (talks or spoken), places=places,
        goes=tuple(line.id for line in lines.values() if _goes(line, on, lingers=lingers)),
        missing=tuple(seat for seat in facts.seats if seat not in on),
        recording=recording,  # type: ignore[arg-type]
    )  # fmt: skip


def _goes(line: Line, on: dict[Seat, Line], *, lingers: bool) -> bool:
    """It has no seat, or its person has a better line by now. The next line may ring while one is still up."""
    better = next((best for seat, best in on.items() if _sits(line, seat)), None)
    if better is None:
        return not (lingers and line.name.kind == "customer")
    coming = line.state == "connecting" or (line.state == "dialling" and line.name.number > better.name.number)
    return better is not line and not coming


def _place(facts: Facts, seat: Seat, line: Line, *, talks: bool, spoken: bool, types: bool) -> Place:
    if facts.stage != "talking" or (types and seat.kind == "customer"):
        return Place(bridged=False)
    if seat.kind == "customer":
        if not talks and not spoken:  # goes on hearing the queue's music until somebody is there
            return Place(bridged=False)
        return Place(bridged=True, held=facts.held or not talks)
    return Place(bridged=talks or spoken, role=seat.role, muted=line.mute)


# -- how to get there --------------------------------------------------------------------------------------------------
class Step(Struct, frozen=True, kw_only=True):
    """One thing to ask of the engine."""

    do: Literal[
        "create_bridge",
        "destroy_bridge",
        "join",
        "leave",
        "hold",
        "mute",
        "hang_up",
        "record",
        "pause",
        "stop_recording",
    ]
    leg_id: str = ""
    on: bool = False
    role: Role = "talk"


def steps(media: Media, lines: dict[str, Line], *, bridge: bool, recording: Literal["", "on", "paused"]) -> list[Step]:
    """From what is (`lines`, `bridge`, `recording`) to what should be. Empty when all is as it should be.

    First who goes, then who is made silent, then who joins: nobody hears for a moment what isn't theirs.
    """
    wanted: list[Step] = [Step(do="hang_up", leg_id=id) for id in media.goes]
    if recording and not media.recording:
        wanted.append(Step(do="stop_recording"))
    if media.bridge and not bridge:
        wanted.append(Step(do="create_bridge"))
    wanted += [step for id, place in media.places.items() for step in _moves(lines[id], place)]
    if bridge and not media.bridge:
        wanted.append(Step(do="destroy_bridge"))
    wanted += _recording(media, lines, recording)
    return wanted


def _recording(media: Media, lines: dict[str, Line], recording: Literal["", "on", "paused"]) -> list[Step]:
    """It begins with the customer: what is said to one who is still being rung belongs to no call, nor does a code.

    And it doesn't begin paused, or a moment would be written first, while everybody reads "paused".
    """
    here = any(lines[id].name.kind == "customer" and place.bridged for id, place in media.places.items())
    if not recording:
        return [Step(do="record")] if media.recording == "on" and here else []
    change = media.recording and media.recording != recording
    return [Step(do="pause", on=media.recording == "paused")] if change else []


def _moves(line: Line, place: Place) -> list[Step]:
    moves: list[Step] = []
    if line.muted != place.muted:
        moves.append(Step(do="mute", leg_id=line.id, on=place.muted))
    if place.held and not line.held:
        moves.append(Step(do="hold", leg_id=line.id, on=True))
    if place.bridged and (not line.bridged or line.role != place.role):
        moves.append(Step(do="join", leg_id=line.id, role=place.role))
    if line.bridged and not place.bridged:
        moves.append(Step(do="leave", leg_id=line.id))
    if line.held and not place.held:
        moves.append(Step(do="hold", leg_id=line.id, on=False))
    return moves
