"""One customer's socket: what each ask does. The protocol's order and limits are the wire's business."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rexian.channels.chat import wire
from rexian.channels.chat.lines import Lines
from rexian.channels.chat.reading import Post
from rexian.channels.visiting.entrance import Entrance, attributes_of, refusal_text
from rexian.channels.visiting.visitors import Visitor
from rexian.directory.customers.contract import find_or_create, kind_of
from rexian.engine import commands as engine
from rexian.engine.events import MessagePosted
from rexian.engine.specs import Party
from rexian.engine.state import Interaction
from rexian.kit import i18n, log
from rexian.kit import simulated as simulation
from rexian.kit.database import is_outage
from rexian.kit.ids import new_id
from rexian.kit.sockets import NORMAL, TRY_LATER, SocketPort, text_frame
from rexian.runtime.port import Content, Receipt, Refused, Unavailable

if TYPE_CHECKING:
    from rexian.channels.chat.channel import ChatChannel

UNKNOWN_SITE = 4404
ORIGIN_REFUSED = 4403
SERVICE_RESTART = 1012
_log = log.get(__name__)


class Socket:
    """Implements `lines.ChatSocket`. `simulated`: it showed the key of the simulated population; its contacts then ring
    at simulated agents' desks only, unless they are `for_people` too.
    """

    def __init__(
        self,
        channel: ChatChannel,
        port: SocketPort,
        *,
        address: str,
        origin: str | None,
        own_page: bool,
        simulated: bool,
        for_people: bool = False,
    ) -> None:
        limits = channel.limits
        self.wire = wire.Wire(pace=wire.Pace(limits.messages, limits.window_ms))
        self.own: dict[str, str] = {}
        self.last_position: wire.Position | None = None
        self.address = address
        self.opened_at = channel.clock.now_ms()
        self.lines: Lines | None = None
        self._channel = channel
        self._port = port
        self._origin = origin
        self._own_page = own_page
        self._simulated = simulated
        self._aside = {simulation.SKILL: 1} if simulated and not for_people else {}
        self._locale = "zh-CN"
        self._visitor: Visitor | None = None
        self._entrance: Entrance | None = None
        self._customer_id: str | None = None
        self._typed_at = 0

    # -- the line's side -----------------------------------------------------------------------------------------------
    def send(self, payload: bytes) -> None:
        self._port.write(text_frame(payload))

    def restart(self) -> None:
        self.close(SERVICE_RESTART, "resume")

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        self.wire.close()
        self._port.close(code, reason)

    # -- one frame -----------------------------------------------------------------------------------------------------
    async def take(self, frame: str) -> bool:
        """Handle a frame and return when it is done; False when the socket has to be closed."""
        ask_id: str | None = None
        try:
            ask = self.wire.receive(frame, self._channel.clock.now_ms())
            ask_id = getattr(ask, "id", None)
            await self._do(ask)
        except wire.Violation as violation:
            self.close(violation.close_code, violation.code)
        except wire.Refusal as refusal:
            self._nack(refusal.id or ask_id, refusal.code)
        except Refused as refused:
            self._nack(ask_id, refused.code, refused.detail)
        except Unavailable:
            self._unavailable(ask_id)
        except Exception as error:
            if not is_outage(error):
                _log.exception("chat.ask_failed", site=self._entrance.site.key if self._entrance else None)
            self._unavailable(ask_id)
        return self.wire.state != "closed"

    def _nack(self, id: str | None, code: str, detail: Mapping[str, Any] | None = None) -> None:
        text, alternatives = refusal_text(self._locale, code, detail or {}, "chat")
        self.send(self.wire.say(wire.Nack(id=id, code=code, text=text, alternatives=alternatives)))

    def _unavailable(self, ask_id: str | None) -> None:
        if self.wire.state != "ready":
            self.close(TRY_LATER, "try again")
        elif ask_id is not None:
            self._nack(ask_id, "unavailable")

    async def _do(self, ask: wire.Ask) -> None:
        match ask:
            case wire.Ping():
                self.send(self.wire.say(wire.Pong(ask.n, self._channel.clock.now_ms())))
            case wire.Hello():
                await self._hello(ask)
            case wire.Start():
                await self._start(ask)
            case wire.Post():
                await self._post(ask)
            case wire.Typing():
                self._types(ask.on)
            case wire.Read():
                await self._read(ask.number)
            case wire.End():
                await self._end(ask)
            case wire.Rate():
                await self._rate(ask)

    # -- hello ---------------------------------------------------------------------------------------------------------
    async def _hello(self, hello: wire.Hello) -> None:
        self._locale = i18n.as_locale(hello.locale)
        entrance = await self._channel.reading.entrance(hello.site, self._locale)
        if entrance is None or (entrance.practice and not self._simulated):  # to a live drill nobody else comes
            self.close(UNKNOWN_SITE, "unknown site")
            return
        if self._origin is not None and not self._own_page and not entrance.site.allows(self._origin):
            self.close(ORIGIN_REFUSED, "origin refused")
            return
        if not entrance.practice and not self._channel.demo:
            self._simulated, self._aside = False, {}  # elsewhere the key means nothing
        self._entrance = entrance
        tenant_id = entrance.site.tenant_id
        known = self._channel.signer.read_visitor(hello.visitor)
        if known is not None and known.tenant_id == tenant_id:
            self._visitor = known
            customers = await self._channel.reading.customers(tenant_id, known.id)
        else:
            self._visitor, customers = Visitor(new_id(), tenant_id), []
        self._customer_id = customers[0] if customers else None
        await self._resume(hello, customers)

    async def _resume(self, hello: wire.Hello, customers: list[str]) -> None:
        """Find the visitor's contact and send the welcome, in which nothing that is committed is missing."""
        self.lines = lines = self._channel.lines_of(self._tenant_id)
        after = 0
        posts: list[Post] = []
        interaction = self._contact(lines, hello.contact, customers)
        while interaction is not None:
            after = hello.after if interaction.contact_id == hello.contact else 0
            posts = await self._channel.reading.missed(
                interaction.contact_id, interaction.id, after, self._channel.limits.history
            )
            interaction = self._contact(lines, interaction.contact_id, customers)
            if interaction is None or max(after, posts[-1].number if posts else 0) >= interaction.last_number:
                break  # the mirror knows of nothing newer; what comes from now on comes by the line
        self._welcome(lines, interaction, posts, after)

    def _contact(self, lines: Lines, contact_id: str | None, customers: list[str]) -> Interaction | None:
        """The contact that the page asks for if it is the visitor's, else the one that the visitor has open."""
        for candidate in (contact_id, *(lines.open_of.get(customer) for customer in customers)):
            contact = lines.mirror.floor.contact(candidate) if candidate else None
            if contact is not None and contact.customer_id in customers:
                return lines.interaction(contact.id)
        return None

    def _welcome(self, lines: Lines, interaction: Interaction | None, posts: list[Post], after: int) -> None:
        assert self._entrance is not None
        assert self._visitor is not None
        view = lines.contact_view(interaction) if interaction is not None else None
        welcome = wire.Welcome(
            visitor=self._channel.signer.visitor_token(self._visitor),
            site=self._entrance.site_view(self._locale, voice=self._channel.takes_calls),
            hours=self._entrance.hours_view(),
            contact=view,
            messages=[lines.message(post) for post in posts],
            now=self._channel.clock.now_ms(),
        )
        self.send(self.wire.welcome(welcome, after=after))
        if self._channel.degraded:
            self.send(self.wire.say(wire.Degraded(True)))
        if interaction is not None:
            self._attach(lines, interaction)

    def _attach(self, lines: Lines, interaction: Interaction) -> None:
        lines.attach(interaction.contact_id, self)
        lines.gone.pop(interaction.id, None)
        if interaction.away_due_at:
            self._channel.spawn(self._channel.set_present(lines, interaction.id, True))
        if interaction.read_by_agent:
            self.send(self.wire.say(wire.ReadMark(interaction.read_by_agent)))

    @property
    def _tenant_id(self) -> str:
        assert self._entrance is not None
        return self._entrance.site.tenant_id

    @property
    def _customer(self) -> Party:
        assert self._customer_id is not None
        return Party("customer", self._customer_id)

    # -- the contact ---------------------------------------------------------------------------------------------------
    async def _start(self, ask: wire.Start) -> None:
        assert self._entrance is not None
        assert self._visitor is not None
        lines = self.lines = self._channel.lines_of(self._tenant_id)
        queue_id = self._entrance.site.queue_for(ask.topic)
        if queue_id is None:
            raise wire.Refusal("unknown_topic", ask.id)
        if not self._simulated and not self._channel.may_start(self.address):
            raise wire.Refusal("slow_down", ask.id)
        now = self._channel.clock.now_ms()
        name = (ask.name or "").strip().replace("\x00", "")
        async with self._channel.db.system() as tx:
            self._customer_id = await find_or_create(
                tx, self._tenant_id, kind="web", value=self._visitor.id, name=name, locale=self._locale, now_ms=now
            )
            known = await kind_of(tx, self._customer_id)
            last_agent = await self._channel.last_agent(tx, self._tenant_id, self._customer_id, now)
        attributes = attributes_of(ask.attributes, ask.topic, known)
        async with lines.starting(self._customer_id):
            if lines.open_of.get(self._customer_id, ask.contact) != ask.contact:
                raise wire.Refusal("contact_open", ask.id)
            await self._begin(lines, ask, queue_id, attributes=attributes, last_agent_id=last_agent)
        await self._submit_message(lines, ask.message, ask.id, text=ask.text)

    async def _begin(
        self, lines: Lines, ask: wire.Start, queue_id: str, *, attributes: dict[str, str], last_agent_id: str | None
    ) -> None:
        port = lines.mirror.port
        before = (self.wire.contact_id, self.wire.interaction_id, self.wire.ended)
        self._follow(lines, ask.contact, ask.interaction)
        try:
            command = engine.StartContact(
                contact_id=ask.contact, interaction_id=ask.interaction, tenant_id=self._tenant_id,
                customer_id=self._customer.id, queue_id=queue_id, medium="chat",
                needs=self._channel.needs(lines, self._tenant_id, self._locale, anybody=not self._aside) | self._aside,
                simulated=self._simulated, attributes=attributes, last_agent_id=last_agent_id,
            )  # fmt: skip
            await port.submit(command, id=ask.id, by=self._customer)
        except BaseException:
            lines.detach(self, self._channel.limits.away_ms)
            self.wire.contact_id, self.wire.interaction_id, self.wire.ended = before
            raise

    def _follow(self, lines: Lines, contact_id: str, interaction_id: str) -> None:
        if self.wire.contact_id not in (None, contact_id):
            lines.detach(self, self._channel.limits.away_ms)
        known = lines.mirror.floor.interaction(interaction_id)
        ended = known is not None and known.state in ("ended", "after_contact_work")
        self.wire.follow(contact_id, interaction_id, ended=ended)
        lines.attach(contact_id, self)

    async def _post(self, ask: wire.Post) -> None:
        lines = self._open_lines()
        if ask.file is not None:
            assert self._visitor is not None
            card = await self._channel.reading.own_file(ask.file, self._tenant_id, self._visitor.id)
            if card is None:
                raise wire.Refusal("file_unknown", ask.id)
        await self._submit_message(lines, ask.id, ask.id, text=ask.text or "", file_id=ask.file)

    async def _submit_message(
        self, lines: Lines, message_id: str, ask_id: str, *, text: str, file_id: str | None = None
    ) -> None:
        contact_id, interaction_id = self.wire.contact_id, self.wire.interaction_id
        assert contact_id is not None
        assert interaction_id is not None
        content = Content(
            id=message_id, tenant_id=self._tenant_id, contact_id=contact_id, interaction_id=interaction_id,
            author=self._customer, kind="file" if file_id else "text", text=text, file_id=file_id,
        )  # fmt: skip
        command = engine.PostMessage(
            interaction_id=interaction_id,
            message_id=message_id,
            author=self._customer,
            kind="file" if file_id else "text",
        )
        self.own[message_id] = ask_id  # the line acknowledges it when it comes by, in its place among the others
        try:
            receipt = await lines.mirror.port.submit(command, id=message_id, by=self._customer, content=[content])
        finally:
            fresh = self.own.pop(message_id, None) is None
        if not fresh:
            self.send(self.wire.posted(_repeated(ask_id, message_id, receipt, lines, interaction_id)))

    def _open_lines(self) -> Lines:
        if self.lines is None or self._customer_id is None:
            raise wire.Refusal("no_contact")
        return self.lines

    def _types(self, on: bool) -> None:
        now = self._channel.clock.now_ms()
        if self.wire.interaction_id is not None and (not on or now - self._typed_at >= 500):
            self._typed_at = now
            self._channel.whispers.customer_types(self.wire.interaction_id, on)

    async def _read(self, number: int) -> None:
        lines = self._open_lines()
        interaction = lines.mirror.floor.interaction(self.wire.interaction_id or "")
        if interaction is not None and number > interaction.read_by_customer:
            command = engine.MarkRead(interaction_id=interaction.id, reader=self._customer, number=number)
            await lines.mirror.port.submit(command, id=new_id(), by=self._customer)

    async def _end(self, ask: wire.End) -> None:
        lines = self._open_lines()
        command = engine.EndInteraction(
            interaction_id=self.wire.interaction_id or "", by=self._customer, reason="customer_ended"
        )
        await lines.mirror.port.submit(command, id=ask.id, by=self._customer)
        self.send(self.wire.say(wire.Ack(id=ask.id)))

    async def _rate(self, ask: wire.Rate) -> None:
        lines = self._open_lines()
        contact_id, interaction_id = self.wire.contact_id or "", self.wire.interaction_id or ""
        if "\x00" in ask.comment:
            raise wire.Refusal("text_unreadable", ask.id)
        content = Content(
            id=str(uuid.uuid5(uuid.UUID(ask.id), "rating")), tenant_id=self._tenant_id, contact_id=contact_id,
            interaction_id=interaction_id, author=self._customer, kind="rating", text=ask.comment,
        )  # fmt: skip
        command = engine.RateContact(contact_id=contact_id, interaction_id=interaction_id, score=ask.score)
        words = [content] if ask.comment.strip() else []
        await lines.mirror.port.submit(command, id=ask.id, by=self._customer, content=words)
        self.send(self.wire.say(wire.Ack(id=ask.id)))


def _repeated(ask_id: str, message_id: str, receipt: Receipt, lines: Lines, interaction_id: str) -> wire.Ack:
    """The ack of a message that had been posted before: the number that it has had since."""
    for committed in receipt.committed:
        event = committed.event
        if isinstance(event, MessagePosted) and event.message_id == message_id:
            return wire.Ack(id=ask_id, number=event.number, at=event.at)
    interaction = lines.mirror.floor.interaction(interaction_id)
    return wire.Ack(id=ask_id, number=interaction.messages.get(message_id) if interaction else None)
