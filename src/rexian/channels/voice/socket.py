"""One customer's voice socket: what each ask does. The protocol's order and limits are the wire's business."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rexian.channels.visiting.entrance import Entrance, attributes_of, refusal_text
from rexian.channels.visiting.protocol import Pace, Refusal, Violation
from rexian.channels.visiting.visitors import Visitor
from rexian.channels.voice import frames
from rexian.channels.voice.visits import view_of
from rexian.channels.voice.wire import Wire, encode
from rexian.directory.customers.contract import find_or_create, kind_of, plain_phone
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit import i18n, log
from rexian.kit.database import is_outage
from rexian.kit.ids import new_id
from rexian.kit.sockets import NORMAL, TRY_LATER, SocketPort, text_frame
from rexian.runtime.port import Content, Refused, Unavailable

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

UNKNOWN_SITE = 4404
ORIGIN_REFUSED = 4403
CALL_BACKS = frozenset({"call_back", "scheduled_call_back"})
_log = log.get(__name__)


class Socket:
    """Implements `visits.Page`."""

    def __init__(
        self, channel: VoiceChannel, port: SocketPort, *, address: str, origin: str | None, own_page: bool,
        simulated: bool,
    ) -> None:  # fmt: skip
        limits = channel.limits
        keys = Pace(limits.keys, limits.keys_ms)
        self.wire = Wire(pace=Pace(limits.frames, limits.window_ms), keys=keys)
        self.last_state: frames.State | None = None
        self.last_position: frames.Position | None = None
        self.address = address
        self.opened_at = channel.clock.now_ms()
        self.locale = "zh-CN"
        self._channel = channel
        self._port = port
        self._origin = origin
        self._own_page = own_page
        self._simulated = simulated
        self._visitor: Visitor | None = None
        self._entrance: Entrance | None = None
        self._customers: list[str] = []

    def send(self, payload: bytes) -> None:
        self._port.write(text_frame(payload))

    def _say(self, frame: Any) -> None:
        self.send(encode(frame))

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
        except Violation as violation:
            self.close(violation.close_code, violation.code)
        except Refusal as refusal:
            self._nack(refusal.id or ask_id, refusal.code, await self._instead(refusal.detail))
        except Refused as refused:
            self._nack(ask_id, refused.code, await self._instead(refused.detail))
        except Unavailable:
            self._unavailable(ask_id)
        except Exception as error:
            if not is_outage(error):
                _log.exception("voice.ask_failed", site=self._entrance.site.key if self._entrance else None)
            self._unavailable(ask_id)
        return self.wire.state != "closed"

    def _nack(self, id: str | None, code: str, detail: Mapping[str, Any] | None = None) -> None:
        _log.info("voice.nack", code=code, contact_id=self.wire.contact_id)
        text, alternatives = refusal_text(self.locale, code, detail or {}, "voice")
        self._say(frames.Nack(id=id, code=code, text=text, alternatives=alternatives))

    async def _instead(self, detail: Mapping[str, Any]) -> Mapping[str, Any]:
        """No call-back is offered where the company calls nobody back: they may leave a message."""
        named = detail.get("alternatives", ())
        if CALL_BACKS.isdisjoint(named) or await self._offers_call_back():
            return detail
        return {**detail, "alternatives": [*(one for one in named if one not in CALL_BACKS | {"message"}), "message"]}

    async def _offers_call_back(self) -> bool:
        """The same, to be shown: while the database can't say, it is offered, and the ask itself is refused."""
        try:
            return await self._calls_back()
        except Exception as error:
            if not is_outage(error):
                raise
            return True

    async def _calls_back(self) -> bool:
        """Whether the company calls back now those who ask for it here."""
        if self._entrance is None:
            return False
        site = self._entrance.site
        return await self._channel.lobby.calls_back(site.tenant_id, site.key, self.locale)

    def _unavailable(self, ask_id: str | None) -> None:
        if self.wire.state != "ready":
            self.close(TRY_LATER, "try again")
        elif ask_id is not None:
            self._nack(ask_id, "unavailable")

    async def _do(self, ask: frames.Ask) -> None:
        match ask:
            case frames.Ping():
                self._say(frames.Pong(ask.n, self._channel.clock.now_ms()))
            case frames.Hello():
                await self._hello(ask)
            case frames.Call():
                await self._call(ask)
            case frames.Key():
                self._channel.guests.key(self.wire.contact_id or "", ask.digit)
            case frames.HangUp():
                await self._channel.guests.hangs_up(self.wire.contact_id or "")
                self._say(frames.Ack(ask.id))
            case frames.CallBack():
                await self._call_back(ask)
            case frames.Rate():
                await self._rate(ask)
            case frames.Check():
                sdp = await self._channel.echo.begin(ask.id, ask.sdp, self.address)
                self._say(frames.Answer(ask.id, sdp))

    # -- hello ---------------------------------------------------------------------------------------------------------
    async def _hello(self, hello: frames.Hello) -> None:
        self.locale = i18n.as_locale(hello.locale)
        entrance = await self._channel.entrances.find(hello.site, self.locale)
        if entrance is None or (entrance.practice and not self._simulated):
            self.close(UNKNOWN_SITE, "unknown site")
            return
        if self._origin is not None and not self._own_page and not entrance.site.allows(self._origin):
            self.close(ORIGIN_REFUSED, "origin refused")
            return
        self._simulated = self._simulated and (entrance.practice or self._channel.demo)
        self._entrance = entrance
        tenant_id = entrance.site.tenant_id
        known = self._channel.signer.read_visitor(hello.visitor)
        if known is not None and known.tenant_id == tenant_id:
            self._visitor = known
            self._customers = await self._channel.entrances.customers(tenant_id, known.id)
        else:
            self._visitor = Visitor(new_id(), tenant_id)
        await self._welcome(hello.contact)

    async def _welcome(self, contact_id: str | None) -> None:
        assert self._entrance is not None
        assert self._visitor is not None
        voice = await self._channel.voice_view(self.locale)
        voice.call_back = await self._offers_call_back()
        voice.recorded = await self._channel.lobby.rule(self._tenant_id) == "always"
        if self._channel.asking.floor(self._tenant_id) is None:
            raise Unavailable("the floor is starting")  # a call may be going on: a page that hears of none would end it
        found = self._channel.contact_of(self._tenant_id, contact_id, self._customers)
        contact = None
        if found is not None:
            call, facts = found
            state = self._channel.visits.state_of(call, facts)
            contact = view_of(call.contact_id, facts.main, state)
            self.last_state = state
        welcome = frames.Welcome(
            visitor=self._channel.signer.visitor_token(self._visitor),
            site=self._entrance.site_view(self.locale, voice=True),
            hours=self._entrance.hours_view(), voice=voice, contact=contact, now=self._channel.clock.now_ms(),
        )  # fmt: skip
        self.send(self.wire.welcome(welcome))
        if self._channel.degraded:
            self._say(frames.Degraded(True))
        if found is not None:
            found[0].address = self.address
            self._channel.visits.attach(found[0].contact_id, self)
            self._channel.director.touch(found[0].contact_id)
            if found[0].ringing_since:
                self._say(frames.Ring(found[0].contact_id))

    @property
    def _tenant_id(self) -> str:
        assert self._entrance is not None
        return self._entrance.site.tenant_id

    # -- calling -------------------------------------------------------------------------------------------------------
    async def _call(self, ask: frames.Call) -> None:
        number = _plain(ask.number, ask.id)
        found = self._channel.contact_of(self._tenant_id, ask.contact, self._customers)
        if found is None or found[0].contact_id != ask.contact:  # not theirs: the floor says whether the id is free
            await self._enter(ask, ask.contact, ask.interaction)
        elif found[1].stage == "ended":
            raise Refusal("already_ended", ask.id)
        self._follow(ask.contact, ask.interaction)
        try:
            sdp = await self._channel.guests.calls(self._tenant_id, ask, number=number, locale=self.locale)
        except Exception:
            self.wire.ended = self._channel.guests.is_over(ask.contact)
            raise
        self._say(frames.Answer(ask.id, sdp))
        self._channel.director.touch(ask.contact)

    async def _enter(self, ask: frames.Call, contact_id: str, interaction_id: str) -> None:
        await self._channel.check_room(ask.id)
        await self._begin(ask, contact_id, interaction_id)

    async def _begin(self, ask: frames.Call | frames.CallBack, contact_id: str, interaction_id: str) -> None:
        """A new contact: into the reception, committed before a sound is heard."""
        assert self._entrance is not None
        assert self._visitor is not None
        channel = self._channel
        if ask.topic is not None and self._entrance.site.queue_for(ask.topic) is None:
            raise Refusal("unknown_topic", ask.id)
        if not self._simulated:
            channel.check_share(ask.id, self.address, (), line=isinstance(ask, frames.Call))
            if not channel.may_start(self.address):
                raise Refusal("slow_down", ask.id)
        now = channel.clock.now_ms()
        name = (ask.name or "").strip().replace("\x00", "")
        async with channel.db.system() as tx:
            customer_id = await find_or_create(
                tx, self._tenant_id, kind="web", value=self._visitor.id, name=name, locale=self.locale, now_ms=now
            )
            known = await kind_of(tx, customer_id)
        if not self._simulated:
            channel.check_share(ask.id, "", [customer_id], line=isinstance(ask, frames.Call))
        self._customers = [customer_id, *(one for one in self._customers if one != customer_id)]
        attributes = attributes_of(ask.attributes, ask.topic, known)
        command = engine.ReceiveContact(
            contact_id=contact_id, interaction_id=interaction_id, tenant_id=self._tenant_id,
            customer_id=customer_id, medium="voice", simulated=self._simulated, attributes=attributes,
            entry=self._entrance.site.key,
        )  # fmt: skip
        with channel.guests.expected(self._tenant_id, contact_id, interaction_id) as call:
            call.address = self.address
            id = ask.id if isinstance(ask, frames.Call) else str(uuid.uuid5(uuid.UUID(ask.id), "received"))
            await channel.asking.ask(self._tenant_id, command, Party("customer", customer_id), id=id)

    def _follow(self, contact_id: str, interaction_id: str) -> None:
        if self.wire.contact_id != contact_id:
            self._channel.visits.detach(self)
            self.last_state = None
        self.wire.follow(contact_id, interaction_id)
        self._channel.visits.attach(contact_id, self)

    async def _call_back(self, ask: frames.CallBack) -> None:
        number = _plain(ask.number, ask.id)
        if not await self._calls_back():
            raise Refusal("no_call_back", ask.id, alternatives=["message"])
        if ask.contact is not None and ask.interaction is not None:
            await self._begin_call_back(ask, ask.contact, ask.interaction)
        found = self._channel.contact_of(self._tenant_id, self.wire.contact_id, self._customers)
        if found is None:
            raise Refusal("no_contact", ask.id)
        try:
            await self._channel.guests.request_call_back(*found, number=number, due_at=ask.at, id=ask.id)
        except Exception as error:
            if ask.contact is not None:  # it has no line that could be lost: nothing else would end it
                self._channel.guests.give_up(found[0], found[1].main, getattr(error, "code", "unavailable"))
                self.wire.ended = True
            raise
        self._say(frames.Ack(ask.id))

    async def _begin_call_back(self, ask: frames.CallBack, contact_id: str, interaction_id: str) -> None:
        """Whoever gets no line now is called: no sound is needed for that."""
        found = self._channel.contact_of(self._tenant_id, contact_id, self._customers)
        if found is None or found[0].contact_id != contact_id:
            await self._begin(ask, contact_id, interaction_id)
            self._channel.guests.without_line(contact_id, self.locale)
        self._follow(contact_id, interaction_id)

    async def _rate(self, ask: frames.Rate) -> None:
        contact_id = self.wire.contact_id or ""
        found = self._channel.contact_of(self._tenant_id, contact_id, self._customers)
        if found is None:
            raise Refusal("no_contact", ask.id)
        if "\x00" in ask.comment:
            raise Refusal("text_unreadable", ask.id)
        party, main = Party("customer", self._customers[0]), found[1].main
        content = Content(
            id=str(uuid.uuid5(uuid.UUID(ask.id), "rating")), tenant_id=self._tenant_id, contact_id=contact_id,
            interaction_id=main, author=party, kind="rating", text=ask.comment,
        )  # fmt: skip
        command = engine.RateContact(contact_id=contact_id, interaction_id=main, score=ask.score)
        words = [content] if ask.comment.strip() else []
        await self._channel.asking.ask(self._tenant_id, command, party, id=ask.id, content=words)
        self._say(frames.Ack(ask.id))
        self._channel.guests.rated(contact_id)


def _plain(number: str, ask_id: str) -> str:
    """What can be dialled of it; '' where none was given. Raises `Refusal`."""
    if not number.strip():
        return ""
    plain = plain_phone(number)
    if plain is None:
        raise Refusal("number_invalid", ask_id)
    return plain
