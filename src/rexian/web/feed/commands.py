"""What staff may ask of a floor by name: one catalogue for the feed's sockets and for `POST /api/commands`.

The agent is always the one who asks. A contact of a tenant that the person doesn't serve doesn't exist for them, and
the attempt is audited (FAULTS 3).
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from rexian.channels.chat import files
from rexian.directory.act import refuse
from rexian.directory.principal import Principal
from rexian.directory.text import ObjectId
from rexian.engine import commands as engine
from rexian.engine.commands import AnyCommand
from rexian.engine.events import MessagePosted
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.runtime.port import Content, FloorPort, Receipt
from rexian.work.desk.contract import visible_contact

MAX_TEXT = 4_000
MAX_NOTE = 8_000

Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
OfferId = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Meta(max_length=100_000)]


class _Args(Struct, forbid_unknown_fields=True, kw_only=True):
    pass


class SetAgentState(_Args):
    state: Literal["available", "not_ready"]
    reason: Code | None = None


class OnOffer(_Args):
    offer_id: OfferId


class RejectOffer(_Args):
    offer_id: OfferId
    reason: Code | None = None


class PostMessage(_Args):
    interaction_id: ObjectId
    message_id: ObjectId
    text: Text | None = None
    file_id: ObjectId | None = None


class MarkRead(_Args):
    interaction_id: ObjectId
    number: Annotated[int, Meta(ge=0, le=2**31 - 1)]


class AddNote(_Args):
    contact_id: ObjectId
    note_id: ObjectId
    text: Text


class TransferInteraction(_Args):
    interaction_id: ObjectId
    to_queue_id: ObjectId | None = None
    to_agent_id: ObjectId | None = None
    note: Text | None = None


class OnInteraction(_Args):
    interaction_id: ObjectId


class WrapUp(_Args):
    interaction_id: ObjectId
    disposition: Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")]
    text: Text = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command on its way: who asks, under which id, and the floor's committed state."""

    who: Principal
    id: str
    port: FloorPort
    floor: Floor

    @property
    def me(self) -> Party:
        return Party("agent", self.who.person_id)

    def second_id(self, name: str) -> str:
        """An id that follows from the command's: the same words sent again are the same content."""
        return str(uuid.uuid5(uuid.UUID(self.id), name))


Made = tuple[AnyCommand, list[Content]]
A = TypeVar("A", bound=_Args)


class Commands:
    """Carries out what staff ask. The cards of posted files are put into `book` before their message is committed."""

    def __init__(self, db: Database, clock: Clock, book: files.FileBook) -> None:
        self._db = db
        self._clock = clock
        self._book = book
        self._catalogue: dict[str, tuple[msgspec.json.Decoder[Any], Callable[[Asked, Any], Awaitable[Made]]]] = {
            "SetAgentState": _entry(SetAgentState, self._set_agent_state),
            "ProveOffer": _entry(OnOffer, self._prove_offer),
            "AcceptOffer": _entry(OnOffer, self._accept_offer),
            "RejectOffer": _entry(RejectOffer, self._reject_offer),
            "PostMessage": _entry(PostMessage, self._post_message),
            "MarkRead": _entry(MarkRead, self._mark_read),
            "AddNote": _entry(AddNote, self._add_note),
            "TransferInteraction": _entry(TransferInteraction, self._transfer),
            "EndInteraction": _entry(OnInteraction, self._end),
            "ExtendAfterContactWork": _entry(OnInteraction, self._extend),
            "WrapUp": _entry(WrapUp, self._wrap_up),
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
        if not who.agent and name != "AddNote":
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
        receipt = await port.submit(command, id=id, by=asked.me, content=content)
        return receipt, _result(command, receipt, floor)

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
        contact_id, tenant_id = await self._interaction(asked, args.interaction_id)
        if (args.text is None) == (args.file_id is None):
            raise Problem("content_missing", 400)
        if args.text is not None:
            _check_text(args.text, MAX_TEXT)
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
        await self._interaction(asked, args.interaction_id)
        return engine.MarkRead(interaction_id=args.interaction_id, reader=asked.me, number=args.number), []

    async def _add_note(self, asked: Asked, args: AddNote) -> Made:
        _check_text(args.text, MAX_NOTE)
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
        contact_id, tenant_id = await self._interaction(asked, args.interaction_id)
        if (args.to_queue_id is None) == (args.to_agent_id is None):
            raise Problem("target_missing", 400)
        words: list[Content] = []
        if args.note:
            _check_text(args.note, MAX_NOTE)
            words.append(self._words(asked, "note", args.note, contact_id, args.interaction_id, tenant_id))
        command = engine.TransferInteraction(
            interaction_id=args.interaction_id, agent_id=asked.who.person_id, to_queue_id=args.to_queue_id,
            to_agent_id=args.to_agent_id,
        )  # fmt: skip
        return command, words

    async def _end(self, asked: Asked, args: OnInteraction) -> Made:
        await self._interaction(asked, args.interaction_id)
        return engine.EndInteraction(interaction_id=args.interaction_id, by=asked.me), []

    async def _extend(self, asked: Asked, args: OnInteraction) -> Made:
        await self._interaction(asked, args.interaction_id)
        command = engine.ExtendAfterContactWork(interaction_id=args.interaction_id, agent_id=asked.who.person_id)
        return command, []

    async def _wrap_up(self, asked: Asked, args: WrapUp) -> Made:
        contact_id, tenant_id = await self._interaction(asked, args.interaction_id)
        words: list[Content] = []
        if args.text.strip():
            _check_text(args.text, MAX_NOTE)
            words.append(self._words(asked, "wrap_up", args.text, contact_id, args.interaction_id, tenant_id))
        command = engine.WrapUp(
            interaction_id=args.interaction_id, agent_id=asked.who.person_id, disposition=args.disposition
        )
        return command, words

    @staticmethod
    def _words(asked: Asked, kind: str, text: str, contact_id: str, interaction_id: str, tenant_id: str) -> Content:
        return Content(
            id=asked.second_id(kind), tenant_id=tenant_id, contact_id=contact_id, interaction_id=interaction_id,
            author=asked.me, kind=kind, text=text,
        )  # fmt: skip

    async def _interaction(self, asked: Asked, interaction_id: str) -> tuple[str, str]:
        """The contact and the tenant of an interaction that the person may work on."""
        interaction = asked.floor.interaction(interaction_id)
        if interaction is None:
            raise Problem("unknown_interaction", 404)
        if interaction.tenant_id not in asked.who.tenants:
            await refuse(self._db, self._clock, asked.who, "interaction", interaction_id)
        return interaction.contact_id, interaction.tenant_id


def _entry(
    args: type[A], make: Callable[[Asked, A], Awaitable[Made]]
) -> tuple[msgspec.json.Decoder[Any], Callable[[Asked, Any], Awaitable[Made]]]:
    return msgspec.json.Decoder(args), make


def _check_text(text: str, limit: int) -> None:
    if not text.strip():
        raise Problem("text_empty", 400)
    if len(text) > limit:
        raise Problem("text_too_long", 400, limit=limit)
    if "\x00" in text:
        raise Problem("text_unreadable", 400)


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
