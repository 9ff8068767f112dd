"""What customers do: call in, hang up, press keys, ask to be called back. By page or by telephone."""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from rexian.channels.visiting.protocol import Refusal
from rexian.channels.voice import frames
from rexian.channels.voice.asking import SYSTEM
from rexian.channels.voice.calls import Facts, LegName, Line, customer_leg, read_leg, tag_of
from rexian.channels.voice.checks import connect
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.lobby import RECEPTION, straight_back
from rexian.channels.voice.overdue import words_wait
from rexian.channels.voice.port import Down, Dtmf, Failed, Gone, LegOffered
from rexian.directory.customers.contract import find_or_create, kind_of, normal_phone
from rexian.engine import commands as engine
from rexian.engine.events import ParticipantJoined
from rexian.engine.specs import Party
from rexian.kit import i18n, log
from rexian.kit.database import is_outage
from rexian.kit.ids import new_id
from rexian.runtime.port import Committed, Content, Refused, Unavailable
from rexian.runtime.tables import content as contents
from rexian.runtime.tables import journal

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

_NUMBER = re.compile(r"\+?[0-9][0-9 ()\-]{2,30}")
JUST_ASKED_MS = 60_000
"""Somebody outside who was asked to join longer ago than this has been dialled."""
_log = log.get(__name__)


class Guests:
    """The customers' side of the channel."""

    def __init__(self, channel: VoiceChannel) -> None:
        self._channel = channel

    # -- by page -------------------------------------------------------------------------------------------------------
    async def calls(self, tenant_id: str, ask: frames.Call, *, number: str, locale: str) -> str:
        """A page calls in, for the first time or again; the engine's answer. Raises `Refusal`.

        A new call that gets no line is over: its page has nothing to come back to, and nobody waits for it. Not so a
        call-back: who was promised one may pick up again, or is dialled.
        """
        call = self._channel.director.open(ask.contact, tenant_id)
        try:
            return await self._connect(call, ask, number, locale)
        except Refusal as refusal:
            await self._over(call, refusal.code)
            raise
        except Exception:
            await self._over(call, "unavailable")
            raise

    async def _connect(self, call: LiveCall, ask: frames.Call, number: str, locale: str) -> str:
        director, tenant_id = self._channel.director, call.tenant_id
        floor = self._channel.asking.floor(tenant_id)
        contact = floor.contact(ask.contact) if floor is not None else None
        if contact is None:
            raise Refusal("unavailable", ask.id)
        call.locale, call.number, call.released = locale, number or call.number, False
        leg_id = customer_leg(contact)
        tag = tag_of(tenant_id, ask.contact)
        name = read_leg(leg_id)
        assert name is not None
        line = call.lines.get(leg_id)
        if line is None:  # before the engine is asked: its `LegAnswered` may be quicker than its answer
            line = call.add(Line(name, "connecting", director.clock.now_ms(), "customer"))
        try:
            return await connect(self._channel.voice, leg_id, ask.sdp, ask_id=ask.id, tag=tag)
        except Refusal:
            if line.state == "connecting" and not _is_new(call):
                line.put("lost", line.since)
            raise

    async def _over(self, call: LiveCall, why: str) -> None:
        """End a call that never had a line; one that had is waited for. What it is, the floor says, never the page."""
        facts = self._channel.director.facts(call)
        promised = facts is not None and facts.call_back and not call.spoken
        if not promised and not _is_new(call):
            return
        if facts is not None and not promised:
            self.give_up(call, facts.main, why)
        if (line := call.customer) is not None:
            with contextlib.suppress(Down, Gone):
                await self._channel.director.release(call, line)
        if facts is None:  # the floor is away: once it is back, the grace of a lost line ends what it has
            call.released = False
        elif promised:
            self._not_picked_up(call, facts)

    def _not_picked_up(self, call: LiveCall, facts: Facts) -> None:
        """They picked the call-back up, and no line came of it: the agent hears of it and decides."""
        call.released = False
        if facts.agent_id:
            call.ring_told = True
            self._channel.phones.tell(facts.agent_id, "pick_up_failed", about=facts.main, number=call.number)

    def give_up(self, call: LiveCall, interaction_id: str, why: str) -> None:
        """The house could not do what the contact was begun for; `why`: the code that the page reads too."""
        call.released = True
        end = engine.EndInteraction(interaction_id=interaction_id, by=SYSTEM, reason=why)
        self._channel.asking.later(call.tenant_id, end)

    def is_over(self, contact_id: str) -> bool:
        """Whether a page that was refused may begin another call: this one is not waited for."""
        call = self._channel.director.calls.get(contact_id)
        return call is None or (call.released and call.customer is None)

    @contextlib.contextmanager
    def expected(self, tenant_id: str, contact_id: str, interaction_id: str, known_as: str = "") -> Iterator[LiveCall]:
        """A new call's line is on its way before the floor knows the contact: so nobody takes it for a lost one."""
        director = self._channel.director
        fresh = contact_id not in director.calls
        call = director.open(contact_id, tenant_id)
        if fresh:
            name = LegName(interaction_id=interaction_id, kind="customer")
            call.add(Line(name, "connecting", director.clock.now_ms(), "customer", known_as=known_as))
        call.expected = True
        try:
            yield call
        except BaseException:
            if fresh:
                director.drop(call)
            raise
        finally:
            call.expected = False

    def without_line(self, contact_id: str, locale: str) -> None:
        """A contact that wants to be called: no line of the customer's is on its way."""
        call = self._channel.director.calls.get(contact_id)
        if call is not None:
            call.locale, call.released = locale, True
            call.lines.clear()

    async def hangs_up(self, contact_id: str) -> None:
        """The customer goes, on purpose. Words that they leave are kept, a call-back stays asked for."""
        channel = self._channel
        call = channel.director.calls.get(contact_id)
        facts = channel.director.facts(call) if call is not None else None
        if call is None or facts is None:
            return
        call.released = True
        if call.leaving is not None or words_wait(facts, call):
            channel.voicemails.end(contact_id)
            channel.asking.spawn(self._after_words(call))
        elif _goes_with_them(call, facts):
            await self._end(call, facts)
        if (line := call.customer) is not None:
            with contextlib.suppress(Down, Gone):
                await channel.director.release(call, line)
        channel.director.touch(contact_id)

    async def _after_words(self, call: LiveCall) -> None:
        """They hang up on words of theirs: these wait for an agent; where nothing was said, the call has ended."""
        director, lobby = self._channel.director, self._channel.lobby
        if call.leaving is not None:
            await call.leaving.wait()
        facts = director.facts(call)
        if facts is None or not call.released or call.redial:  # they have come back, or an agent calls them
            return
        if not words_wait(facts, call):
            if _goes_with_them(call, facts):
                await self._end(call, facts)
            return
        try:
            handed = await lobby.hand_on(call, facts.main, (await lobby.flow_of(call, facts)).person, queued=False)
        except Exception as error:
            if not is_outage(error):
                raise
            handed = False
        if not handed and call.released:  # their line counts as lost: the clock offers it again
            call.released = False
            director.touch(call.contact_id)

    async def _end(self, call: LiveCall, facts: Facts) -> None:
        floor = self._channel.asking.floor(call.tenant_id)
        contact = floor.contact(call.contact_id) if floor is not None else None
        if contact is not None:
            by = Party("customer", contact.customer_id)
            command = engine.EndInteraction(interaction_id=facts.main, by=by, reason="customer_hung_up")
            await self._channel.asking.insist(call.tenant_id, command, by)

    async def cut_off(self, call: LiveCall, facts: Facts) -> None:
        """Their telephone's line has gone with the exchange, and can't come back by itself as a page does.

        Where the tenant calls back and the number is known, who waits keeps the place as a call-back, and who talks is
        called again; else the call has ended.
        """
        if call.saving or words_wait(facts, call):  # a message waits: the clock hands it on
            return
        await self.find_number(call, facts)
        knows = facts.stage in ("waiting", "talking") and normal_phone(call.number) is not None
        call.redial = knows and await self._channel.lobby.offers_call_back(call, facts)
        if (line := call.customer) is not None:
            call.lines.pop(line.id, None)
        if not call.redial:
            end = engine.EndInteraction(interaction_id=facts.main, by=SYSTEM, reason="line_lost")
            self._channel.asking.later(call.tenant_id, end)
        if facts.agent_id:
            code = "calling_again" if call.redial else "cut_off"
            self._channel.phones.tell(facts.agent_id, code, about=facts.main, number=call.number)
        self._channel.director.touch(call.contact_id)

    def key(self, contact_id: str, digit: str) -> None:
        """A key of the page's own keypad: as one pressed on a telephone."""
        call = self._channel.director.calls.get(contact_id)
        if call is None or call.customer is None:
            return
        if call.saving:
            self._channel.voicemails.end(contact_id)
        elif call.code is not None:
            call.code.press(digit)
        elif call.host is not None:
            call.host.heard(Dtmf(leg_id=call.customer.id, digit=digit))

    def rated(self, contact_id: str) -> None:
        """The page has rated: the voice need not ask any more."""
        call = self._channel.director.calls.get(contact_id)
        facts = self._channel.director.facts(call) if call is not None else None
        if call is not None and facts is not None and facts.stage == "ended" and call.host is not None:
            self._channel.lobby.let_go(call, "rated")

    # -- call-backs ----------------------------------------------------------------------------------------------------
    async def request_call_back(self, call: LiveCall, facts: Facts, *, number: str, due_at: int, id: str) -> None:
        """Keep the place, or book a time; the line may then go. Raises `Refused` or `Unavailable`."""
        channel = self._channel
        call.number = number or call.number
        floor = channel.asking.floor(call.tenant_id)
        contact = floor.contact(call.contact_id) if floor is not None else None
        by = Party("customer", contact.customer_id) if contact is not None else RECEPTION
        if number:
            await self._write_number(call, facts, by, number)
        if facts.stage == "reception":
            flow, started = await channel.lobby.start_facts(call, facts)
            queue = straight_back(facts.main, started.queue_id or flow.person, due_at)
            await channel.asking.ask(call.tenant_id, queue, RECEPTION, id=id)
        else:
            command = engine.RequestCallBack(interaction_id=facts.main, due_at=due_at)
            await channel.asking.ask(call.tenant_id, command, by, id=id)
        call.reached = False
        if (line := call.customer) is not None:
            with contextlib.suppress(Down, Gone):
                await channel.director.release(call, line)
        channel.director.touch(call.contact_id)

    async def _write_number(self, call: LiveCall, facts: Facts, by: Party, number: str) -> None:
        """The number stands in the transcript: the agent sees it, a new process finds it, and it can be erased."""
        message_id = _number_id(facts.main, number)
        text = i18n.t(call.locale, "voice.call_me_on", number=number)
        content = Content(
            id=message_id, tenant_id=call.tenant_id, contact_id=call.contact_id, interaction_id=facts.main, author=by,
            kind="text", text=text,
        )  # fmt: skip
        command = engine.PostMessage(interaction_id=facts.main, message_id=message_id, author=by)
        await self._channel.asking.ask(call.tenant_id, command, by, id=message_id, content=[content])

    async def find_number(self, call: LiveCall, facts: Facts) -> None:
        """Read the number again that the customer left, after a restart of ours."""
        if call.number:
            return
        floor = self._channel.asking.floor(call.tenant_id)
        main = floor.interaction(facts.main) if floor is not None else None
        if main is None:
            return
        call.number = main.attributes.get("caller", "")
        query = sa.select(contents.c.text).where(contents.c.id.in_(list(main.messages)), contents.c.kind == "text")
        async with self._channel.db.system() as tx:
            for row in await tx.execute(query):
                found = _NUMBER.search(row.text)
                if found is not None and _number_id(facts.main, found[0].strip()) in main.messages:
                    call.number = found[0].strip()

    async def find_outsider(self, call: LiveCall, person_id: str) -> str:
        """The number of somebody outside who was to join when we restarted; '' for who joined longer ago.

        Those were dialled, and have left while we were away: nobody is rung who has just hung up.
        """
        joined = (journal.c.floor_id == contents.c.floor_id) & (journal.c.seq == contents.c.seq)
        query = sa.select(contents.c.text, journal.c.body).join(journal, joined).where(
            contents.c.contact_id == call.contact_id, contents.c.kind == "number",
            contents.c.at >= self._channel.clock.now_ms() - JUST_ASKED_MS,
        )  # fmt: skip
        async with self._channel.db.system() as tx:
            found = {row.body.get("person_id"): row.text for row in await tx.execute(query)}
        return str(found.get(person_id, ""))

    async def has_agreed(self, contact_id: str) -> bool:
        """Whether their last answer, when they were asked whether they may be recorded, was yes."""
        asked = sa.and_(
            journal.c.kind == "ReceptionNoted", journal.c.body["node"].as_string() == "consent",
            journal.c.body["kind"].as_string() == "choice",
        )  # fmt: skip
        query = sa.select(journal.c.body).where(journal.c.contact_id == contact_id, asked)
        async with self._channel.db.system() as tx:
            row = (await tx.execute(query.order_by(journal.c.seq.desc()).limit(1))).one_or_none()
        return row is not None and row.body.get("value") == "yes"

    def note_numbers(self, batch: Sequence[Committed]) -> None:
        """Numbers of people outside who are to join."""
        for one in batch:
            if isinstance(one.event, ParticipantJoined) and one.event.role == "external" and one.content is not None:
                call = self._channel.director.calls.get(one.event.contact_id)
                if call is not None:
                    call.dialled[one.event.person_id] = one.content.text

    # -- by telephone --------------------------------------------------------------------------------------------------
    async def telephone(self, offered: LegOffered) -> None:
        """A telephone calls in: the same reception as a page's call. Who it says it is, is never proof (FAULTS 40)."""
        channel, caller = self._channel, offered.caller
        entry = await channel.number_of(caller.dialled)
        if entry is None or not channel.director.up:
            await channel.voice.reject(offered.leg_id, "unreachable" if entry is None else "busy")
            return
        tenant_id, key = entry
        contact_id, interaction_id = new_id(), new_id()
        try:
            with self.expected(tenant_id, contact_id, interaction_id, offered.leg_id) as call:
                await self._receive(offered, tenant_id, key, contact_id, interaction_id)
        except Exception as error:
            _log.warning("voice.telephone_refused", error=str(error)[:200])
            await channel.voice.reject(offered.leg_id, "busy")
            if not isinstance(error, Refused | Unavailable) and not is_outage(error):
                raise
            return
        call.number = caller.number
        try:
            await channel.voice.answer(offered.leg_id, side="customer", tag=tag_of(tenant_id, contact_id))
        except (Failed, Gone, Down):
            await self.hangs_up(contact_id)

    async def _receive(
        self, offered: LegOffered, tenant_id: str, entry: str, contact_id: str, interaction_id: str
    ) -> None:
        channel, caller = self._channel, offered.caller
        now = channel.clock.now_ms()
        number = normal_phone(caller.number) or ""  # withheld, an extension, nonsense: nobody we know
        async with channel.db.system() as tx:
            customer_id = await find_or_create(
                tx, tenant_id, kind="phone" if number else "web", value=number or new_id(),
                name="", locale="zh-CN", now_ms=now,
            )  # fmt: skip
            # A number that the network calls faked gets no head start for whom it belongs to.
            faked = caller.verstat == "TN-Validation-Failed"
            known = "" if faked else await kind_of(tx, customer_id)
        attributes = {"verstat": caller.verstat or "none"} | ({"caller": caller.number} if caller.number else {})
        command = engine.ReceiveContact(
            contact_id=contact_id, interaction_id=interaction_id, tenant_id=tenant_id, customer_id=customer_id,
            medium="voice", attributes=attributes | ({"customer_kind": known} if known else {}), entry=entry,
        )  # fmt: skip
        await channel.asking.ask(tenant_id, command, Party("customer", customer_id))


def _is_new(call: LiveCall) -> bool:
    """Whether the customer has never been on the line, neither with us nor before our start."""
    been = call.told_present is not None or call.resumed or call.cut
    return not been and (call.customer is None or call.customer.state == "connecting")


def _number_id(interaction_id: str, number: str) -> str:
    return str(uuid.uuid5(uuid.UUID(interaction_id), f"call back {number}"))


def _goes_with_them(call: LiveCall, facts: Facts) -> bool:
    """Whether a customer who hangs up is done with; a call-back that has not reached them yet stays promised."""
    return facts.stage in ("reception", "waiting", "talking") or (facts.stage == "call_back" and call.reached)
