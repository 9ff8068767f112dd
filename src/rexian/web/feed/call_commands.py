"""What staff may ask about live calls: hold, consult, listen, whisper, join, take over, pause a recording, dial out.

Who joins or takes over somebody else's call needs `calls.join` at its tenant, and it is audited: the line of the audit
trail and the floor's commit stand or fall together.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta

from rexian.directory.audit.service import actor_of, record
from rexian.directory.text import ObjectId
from rexian.engine import commands as engine
from rexian.engine.commands import AnyCommand
from rexian.engine.state import Interaction
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.runtime.port import Content, Receipt
from rexian.web.feed.asked import MAX_NOTE, Args, Asked, Code, Doors, Entry, Made, Text, check_text, entry

JOIN = "calls.join"
NOT_ONLY_AGENTS = frozenset(("AddNote", "JoinInteraction", "LeaveInteraction", "RemoveParticipant", "TakeOver"))
"""Commands of people who need not be agents of the floor (`TakeOver` says itself why they must be)."""

_ACTIONS = {"listen": "call.listened", "whisper": "call.whispered", "barge": "call.barged"}
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_SPACING = re.compile(r"[\s().\-]")


class OnInteraction(Args):
    interaction_id: ObjectId


class SetHold(Args):
    interaction_id: ObjectId
    on: bool


class Consult(Args):
    interaction_id: ObjectId
    consult_id: ObjectId
    to_queue_id: ObjectId | None = None
    to_agent_id: ObjectId | None = None
    note: Text | None = None


class CompleteTransfer(Args):
    interaction_id: ObjectId
    consult_id: ObjectId


class JoinInteraction(Args):
    interaction_id: ObjectId
    role: Literal["listen", "whisper", "barge"]


class RemoveParticipant(Args):
    interaction_id: ObjectId
    person_id: ObjectId


class AddExternal(Args):
    interaction_id: ObjectId
    participant_id: ObjectId
    number: Annotated[str, Meta(min_length=1, max_length=40)]


class SetRecording(Args):
    interaction_id: ObjectId
    state: Literal["on", "paused"]
    why: Code | None = None


class CallCommands:
    """Makes the engine's commands."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self.catalogue: dict[str, Entry] = {
            "SetHold": entry(SetHold, self._hold),
            "Consult": entry(Consult, self._consult),
            "CompleteTransfer": entry(CompleteTransfer, self._complete),
            "JoinInteraction": entry(JoinInteraction, self._join),
            "LeaveInteraction": entry(OnInteraction, self._leave),
            "TakeOver": entry(OnInteraction, self._take_over),
            "SetRecording": entry(SetRecording, self._record),
            "AddExternal": entry(AddExternal, self._add_external),
            "RemoveParticipant": entry(RemoveParticipant, self._remove),
        }

    # -- the agent who talks -------------------------------------------------------------------------------------------
    async def _hold(self, asked: Asked, args: SetHold) -> Made:
        await self._doors.find(asked, args.interaction_id)
        me = asked.who.person_id
        return engine.SetHold(interaction_id=args.interaction_id, agent_id=me, on=args.on), []

    async def _consult(self, asked: Asked, args: Consult) -> Made:
        found = await self._doors.find(asked, args.interaction_id)
        if (args.to_queue_id is None) == (args.to_agent_id is None):
            raise Problem("target_missing", 400)
        words: list[Content] = []
        if args.note:
            check_text(args.note, MAX_NOTE)
            words.append(asked.words("note", args.note, found.contact_id, found.id, found.tenant_id))
        command = engine.Consult(
            interaction_id=found.id, agent_id=asked.who.person_id, consult_id=args.consult_id,
            to_queue_id=args.to_queue_id, to_agent_id=args.to_agent_id,
        )  # fmt: skip
        return command, words

    async def _complete(self, asked: Asked, args: CompleteTransfer) -> Made:
        await self._doors.find(asked, args.interaction_id)
        command = engine.CompleteTransfer(
            interaction_id=args.interaction_id, agent_id=asked.who.person_id, consult_id=args.consult_id
        )
        return command, []

    async def _record(self, asked: Asked, args: SetRecording) -> Made:
        await self._doors.find(asked, args.interaction_id)
        command = engine.SetRecording(
            interaction_id=args.interaction_id, by=asked.me, state=args.state, why=args.why or ""
        )
        return command, []

    async def _add_external(self, asked: Asked, args: AddExternal) -> Made:
        """The number goes beside the journal, where it can be erased; whoever dials reads it there."""
        found = await self._doors.find(asked, args.interaction_id)
        number = _SPACING.sub("", args.number)
        if not _NUMBER.fullmatch(number):
            raise Problem("number_invalid", 400)
        command = engine.AddExternal(
            interaction_id=found.id, agent_id=asked.who.person_id, participant_id=args.participant_id
        )
        return command, [asked.words("number", number, found.contact_id, found.id, found.tenant_id)]

    # -- the supervisor ------------------------------------------------------------------------------------------------
    async def _join(self, asked: Asked, args: JoinInteraction) -> Made:
        found = await self._joinable(asked, args.interaction_id)
        return engine.JoinInteraction(interaction_id=found.id, person_id=asked.who.person_id, role=args.role), []

    async def _take_over(self, asked: Asked, args: OnInteraction) -> Made:
        found = await self._joinable(asked, args.interaction_id)
        if not asked.who.agent or asked.floor.agent(asked.who.person_id) is None:
            raise Problem("take_over_needs_agent", 403)
        return engine.TakeOver(interaction_id=found.id, agent_id=asked.who.person_id), []

    async def _leave(self, asked: Asked, args: OnInteraction) -> Made:
        """Who is in a call may always leave it, with whatever rights they have by now."""
        me, there = asked.who.person_id, asked.floor.interaction(args.interaction_id)
        if there is None or me not in there.participants:
            await self._doors.find(asked, args.interaction_id)
        return engine.LeaveInteraction(interaction_id=args.interaction_id, person_id=me), []

    async def _remove(self, asked: Asked, args: RemoveParticipant) -> Made:
        """Agents send away whom they have called in themselves; supervisors anybody."""
        found = await self._doors.find(asked, args.interaction_id)
        mine = found.state == "talking" and found.agent_id == asked.who.person_id
        if not (mine and found.participants.get(args.person_id, "external") == "external"):
            self._check_right(asked, found)
        return engine.LeaveInteraction(interaction_id=found.id, person_id=args.person_id, why="removed"), []

    async def _joinable(self, asked: Asked, interaction_id: str) -> Interaction:
        found = await self._doors.find(asked, interaction_id)
        self._check_right(asked, found)
        return found

    @staticmethod
    def _check_right(asked: Asked, found: Interaction) -> None:
        if not asked.who.may(JOIN, found.tenant_id):
            raise Problem("scope_missing", 403, scope=JOIN)


def audited(command: AnyCommand) -> str | None:
    """The name under which the audit trail keeps this command; None: it doesn't."""
    if isinstance(command, engine.JoinInteraction):
        return _ACTIONS[command.role]
    return "call.taken_over" if isinstance(command, engine.TakeOver) else None


class _NothingNew(Exception):
    """The floor had carried it out before, and the trail knows."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt


async def submit_audited(db: Database, clock: Clock, asked: Asked, command: AnyCommand, action: str) -> Receipt:
    """Commit `command` and its line in the audit trail; neither without the other (a crash between is the exception).

    The line is written first: when that fails, nobody listens.
    """
    assert isinstance(command, engine.JoinInteraction | engine.TakeOver)
    found = asked.floor.interaction(command.interaction_id)
    assert found is not None
    try:
        async with db.tenant(found.tenant_id) as tx:
            await record(
                tx, found.tenant_id, at=clock.now_ms(), actor=actor_of(asked.who), action=action,
                object_kind="interaction", object_id=found.id,
                detail={"contact_id": found.contact_id, "agent_id": found.agent_id or ""},
            )  # fmt: skip
            receipt = await asked.port.submit(command, id=asked.id, by=asked.me)
            if receipt.repeated or not receipt.committed:
                raise _NothingNew(receipt)
            return receipt
    except _NothingNew as nothing:
        return nothing.receipt
