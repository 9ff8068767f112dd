"""What staff may ask of a floor by name: one catalogue for the feed's sockets and for `POST /api/commands`.

The agent is always the one who asks. A contact of a tenant that the person doesn't serve doesn't exist for them, and
the attempt is audited (FAULTS 3).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rexian.channels.chat import files
from rexian.directory.principal import Principal
from rexian.directory.text import ObjectId
from rexian.engine import commands as engine
from rexian.engine.commands import AnyCommand
from rexian.engine.events import MessagePosted
from rexian.engine.floor import Floor
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.runtime.port import Content, FloorPort, Receipt
from rexian.web.feed.asked import MAX_NOTE, Args, Asked, Code, Doors, Entry, Made, Text, check_text, entry
from rexian.web.feed.call_commands import NOT_ONLY_AGENTS, CallCommands, OnInteraction, audited, submit_audited
from rexian.work.desk.contract import visible_contact

MAX_TEXT = 4_000

OfferId = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]


class SetAgentState(Args):
    state: Literal["available", "not_ready"]
    reason: Code | None = None


class OnOffer(Args):
    offer_id: OfferId


class RejectOffer(Args):
    offer_id: OfferId
    reason: Code | None = None


class PostMessage(Args):
    interaction_id: ObjectId
    message_id: ObjectId
    text: Text | None = None
    file_id: ObjectId | None = None


class MarkRead(Args):
    interaction_id: ObjectId
    number: Annotated[int, Meta(ge=0, le=2**31 - 1)]


class AddNote(Args):
    contact_id: ObjectId
    note_id: ObjectId
    text: Text


class TransferInteraction(Args):
    interaction_id: ObjectId
    to_queue_id: ObjectId | None = None
    to_agent_id: ObjectId | None = None
    note: Text | None = None


class WrapUp(Args):
    interaction_id: ObjectId
    disposition: Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")]
    text: Text = ""


class Commands:
    """Carries out what staff ask. The cards of posted files are put into `book` before their message is committed."""

    def __init__(self, db: Database, clock: Clock, book: files.FileBook) -> None:
        self._db = db
        self._clock = clock
        self._book = book
        self._doors = Doors(db, clock)
        calls = CallCommands(self._doors)
        self._catalogue: dict[str, Entry] = {
            "SetAgentState": entry(SetAgentState, self._set_agent_state),
            "ProveOffer": entry(OnOffer, self._prove_offer),
            "AcceptOffer": entry(OnOffer, self._accept_offer),
            "RejectOffer": entry(RejectOffer, self._reject_offer),
            "PostMessage": entry(PostMessage, self._post_message),
            "MarkRead": entry(MarkRead, self._mark_read),
            "AddNote": entry(AddNote, self._add_note),
            "TransferInteraction": entry(TransferInteraction, self._transfer),
            "EndInteraction": entry(OnInteraction, self._end),
            "ExtendAfterContactWork": entry(OnInteraction, self._extend),
            "WrapUp": entry(WrapUp, self._wrap_up),
            **calls.catalogue,
        }

    @property
    def names(self) -> list[str]:
        return list(self._catalogue)

    async def carry_out(
        self, who: Principal, port: FloorPort, floor: Floor, *, id: str, name: str, args: bytes
    ) -> tuple[Receipt, dict[str, Any] | None]:
        """Check and submit; returns once it is committed. Raises `Problem`, `Refused` or `Unavailable`."""
        entry = self._catalogue.get(name)
        if entry is None:
            raise Problem("command_unknown", 404)
        if not who.agent and name not in NOT_ONLY_AGENTS:
            raise Problem("not_an_agent", 403)
        decoder, make = entry
        try:
            given = decoder.decode(args)
        except msgspec.ValidationError as error:
            raise Problem(
                "validation", 400, errors=[{"field": "args", "code": "invalid", "message": str(error)}]
            ) from None
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Problem("malformed_body", 400) from None
        asked = Asked(who, id, port, floor)
        command, content = await make(asked, given)
        receipt = await self._submit(asked, command, content)
        return receipt, _result(command, receipt, floor)

    async def _submit(self, asked: Asked, command: AnyCommand, content: list[Content]) -> Receipt:
        action = audited(command)
        if action is None:
            return await asked.port.submit(command, id=asked.id, by=asked.me, content=content)
        return await submit_audited(self._db, self._clock, asked, command, action)

    # -- the agent -----------------------------------------------------------------------------------------------------
    async def _set_agent_state(self, asked: Asked, args: SetAgentState) -> Made:
        me = asked.who.person_id
        return engine.SetAgentState(agent_id=me, state=args.state, reason=args.reason), []

    async def _prove_offer(self, asked: Asked, args: OnOffer) -> Made:
        return engine.ProveOffer(offer_id=args.offer_id, agent_id=asked.who.person_id), []

    async def _accept_offer(self, asked: Asked, args: OnOffer) -> Made:
        return engine.AcceptOffer(offer_id=args.offer_id, agent_id=asked.who.person_id), []

    async def _reject_offer(self, asked: Asked, args: RejectOffer) -> Made:
        return engine.RejectOffer(offer_id=args.offer_id, agent_id=asked.who.person_id, reason=args.reason), []

    # -- the contact ---------------------------------------------------------------------------------------------------
    async def _post_message(self, asked: Asked, args: PostMessage) -> Made:
        contact_id, tenant_id = await self._doors.interaction(asked, args.interaction_id)
        if (args.text is None) == (args.file_id is None):
            raise Problem("content_missing", 400)
        if args.text is not None:
            check_text(args.text, MAX_TEXT)
        else:
            await self._take_file(asked, args.file_id or "", tenant_id)
        kind: Literal["text", "file"] = "text" if args.text is not None else "file"
        content = Content(
            id=args.message_id, tenant_id=tenant_id, contact_id=contact_id, interaction_id=args.interaction_id,
            author=asked.me, kind=kind, text=args.text or "", file_id=args.file_id,
        )  # fmt: skip
        command = engine.PostMessage(
            interaction_id=args.interaction_id, message_id=args.message_id, author=asked.me, kind=kind
        )
        return command, [content]

    async def _take_file(self, asked: Asked, file_id: str, tenant_id: str) -> None:
        async with self._db.system() as tx:
            card = (await files.cards(tx, [file_id])).get(file_id)
            if card is None or card.by_kind != "agent" or card.by_id != asked.who.person_id:
                raise Problem("file_unknown", 404)
            if card.tenant_id not in (tenant_id, asked.who.tenant_id):
                raise Problem("file_unknown", 404)
            self._book.put(await files.claim(tx, card, tenant_id))

    async def _mark_read(self, asked: Asked, args: MarkRead) -> Made:
        await self._doors.interaction(asked, args.interaction_id)
        return engine.MarkRead(interaction_id=args.interaction_id, reader=asked.me, number=args.number), []

    async def _add_note(self, asked: Asked, args: AddNote) -> Made:
        check_text(args.text, MAX_NOTE)
        contact = asked.floor.contact(args.contact_id)
        if contact is None:
            raise Problem("unknown_contact", 404)
        await visible_contact(self._db, self._clock, asked.port, asked.who, contact.id)
        content = Content(
            id=args.note_id, tenant_id=contact.tenant_id, contact_id=contact.id, interaction_id=None, author=asked.me,
            kind="note", text=args.text,
        )  # fmt: skip
        return engine.AddNote(contact_id=contact.id, note_id=args.note_id, author=asked.me), [content]

    async def _transfer(self, asked: Asked, args: TransferInteraction) -> Made:
        contact_id, tenant_id = await self._doors.interaction(asked, args.interaction_id)
        if (args.to_queue_id is None) == (args.to_agent_id is None):
            raise Problem("target_missing", 400)
        words: list[Content] = []
        if args.note:
            check_text(args.note, MAX_NOTE)
            words.append(asked.words("note", args.note, contact_id, args.interaction_id, tenant_id))
        command = engine.TransferInteraction(
            interaction_id=args.interaction_id, agent_id=asked.who.person_id, to_queue_id=args.to_queue_id,
            to_agent_id=args.to_agent_id,
        )  # fmt: skip
        return command, words

    async def _end(self, asked: Asked, args: OnInteraction) -> Made:
        await self._doors.interaction(asked, args.interaction_id)
        return engine.EndInteraction(interaction_id=args.interaction_id, by=asked.me), []

    async def _extend(self, asked: Asked, args: OnInteraction) -> Made:
        await self._doors.interaction(asked, args.interaction_id)
        command = engine.ExtendAfterContactWork(interaction_id=args.interaction_id, agent_id=asked.who.person_id)
        return command, []

    async def _wrap_up(self, asked: Asked, args: WrapUp) -> Made:
        contact_id, tenant_id = await self._doors.interaction(asked, args.interaction_id)
        words: list[Content] = []
        if args.text.strip():
            check_text(args.text, MAX_NOTE)
            words.append(asked.words("wrap_up", args.text, contact_id, args.interaction_id, tenant_id))
        command = engine.WrapUp(
            interaction_id=args.interaction_id, agent_id=asked.who.person_id, disposition=args.disposition
        )
        return command, words


def _result(command: AnyCommand, receipt: Receipt, floor: Floor) -> dict[str, Any] | None:
    """What the asker may want to know at once. A repeated message gets the number that it had."""
    if not isinstance(command, engine.PostMessage):
        return None
    for committed in receipt.committed:
        if isinstance(committed.event, MessagePosted) and committed.event.message_id == command.message_id:
            return {"number": committed.event.number, "at": committed.event.at}
    interaction = floor.interaction(command.interaction_id)
    number = interaction.messages.get(command.message_id) if interaction else None
    return {"number": number} if number else None
