"""One staff page's phone socket `/voice/desk?ticket=…`: what each ask does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rexian.channels.visiting.protocol import Pace, Refusal, Violation
from rexian.channels.voice import desk_frames as frames
from rexian.channels.voice.desk_wire import DeskWire
from rexian.channels.voice.wire import encode
from rexian.directory.principal import Principal
from rexian.engine.specs import Party
from rexian.kit import i18n, log
from rexian.kit.database import is_outage
from rexian.kit.sockets import NORMAL, SocketPort, text_frame
from rexian.runtime.port import Refused, Unavailable

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

TAKEN_PLACE = 4409  # close code: the same page has come back on another socket
_log = log.get(__name__)


class DeskSocket:
    """Implements `devices.Device`."""

    def __init__(self, channel: VoiceChannel, port: SocketPort, who: Principal) -> None:
        limits = channel.limits
        self.wire = DeskWire(pace=Pace(limits.frames, limits.window_ms), keys=Pace(limits.keys, limits.keys_ms))
        self.who = who
        self.person_id = who.person_id
        self.party = Party("agent", who.person_id)
        self.locale = who.locale
        self.id = ""
        self.label = ""
        self.microphone = False
        self.phone = ""  # of the exchange, as which it has been let in
        self.why: str | None = None
        self.joining = True
        self.alarmed = ""
        self.opened_at = self.seen_at = self.used_at = channel.clock.now_ms()
        self._channel = channel
        self._port = port

    def send(self, payload: bytes) -> None:
        self._port.write(text_frame(payload))

    def _say(self, frame: Any) -> None:
        self.send(encode(frame))

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        self.wire.close()
        self._port.close(code, reason)

    async def take(self, frame: str) -> bool:
        """Handle a frame and return when it is done; False when the socket has to be closed."""
        about: str | None = None
        self.seen_at = self._channel.clock.now_ms()
        try:
            ask = self.wire.receive(frame, self.seen_at)
            about = getattr(ask, "id", None) or getattr(ask, "leg", None) or getattr(ask, "interaction", None)
            await self._do(ask)
        except Violation as violation:
            self.close(violation.close_code, violation.code)
        except Refusal as refusal:
            self._told(refusal.id or about, refusal.code)
        except Refused as refused:
            self._told(about, refused.code)
        except Unavailable:
            self._told(about, "unavailable")
        except Exception as error:
            if not is_outage(error):
                _log.exception("voice.desk_ask_failed")
            self._told(about, "unavailable")
        return self.wire.state != "closed"

    def _told(self, about: str | None, code: str) -> None:
        keys = (f"voice.desk.{code}", f"voice.nack.{code}", f"errors.{code}", "voice.nack.refused")
        text = i18n.t(self.locale, next(key for key in keys if i18n.has(key)))
        self._say(frames.Told(id=about, code=code, text=text))

    async def _do(self, ask: frames.Ask) -> None:
        match ask:
            case frames.Ping():
                self._say(frames.Pong(ask.n, self.seen_at))
            case frames.Hello():
                await self._channel.desks.let_in(self)
                self._hello(ask)
            case frames.Ready():
                self.microphone, self.used_at = ask.microphone, self.seen_at
                self.joining = ask.why == "exchange"
                self.why = "" if ask.microphone else None if self.joining else ask.why or "none"
                self._channel.reach.look()
                if not self.joining:
                    self._channel.director.touch_person(self.person_id)
            case frames.Offer():
                self.used_at = self.seen_at
                sdp = await self._channel.desk.offers(self, ask.leg, ask.sdp)
                self._say(frames.Answer(ask.leg, sdp))
            case frames.HangUp():
                await self._channel.desk.hangs_up(self, ask.leg)
            case frames.Key():
                await self._channel.desk.key(self, ask.leg, ask.digit, ask.id or "")
            case frames.Mute():
                self._channel.desk.mutes(self, ask.leg, ask.on)
            case frames.Take():
                self.used_at = self.seen_at
                await self._channel.desk.takes(self, ask.interaction, ask.code)
            case frames.Codes():
                self._say(await self._channel.codes.offered(self, ask.interaction))
            case frames.AskCode():
                self.used_at = self.seen_at
                await self._channel.codes.ask(self, ask)
            case frames.CancelCode():
                self._channel.codes.cancel(self, ask.interaction)
            case frames.Check():
                sdp = await self._channel.echo.begin(ask.id, ask.sdp, self.person_id)
                self._say(frames.Checked(ask.id, ask.id, sdp))

    def _hello(self, hello: frames.Hello) -> None:
        self.id, self.label = hello.device, hello.label
        before = self._channel.phones.enter(self)
        if before is not None and before is not self:
            before.close(TAKEN_PLACE, "here again")  # type: ignore[attr-defined]
            self._channel.desk.gone(self)
        self._say(self._channel.desks.welcome(self))
        self.wire.greeted()
        self._channel.codes.show(self)
        self._channel.director.touch_person(self.person_id)
