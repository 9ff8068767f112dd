"""The customers' voice socket without any I/O: order, sizes, pace. Frames in, asks out.

Frames for the page need no book-keeping: `encode` them. Instants (ms since 1970 UTC) come in as arguments.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rexian.channels.visiting.protocol import Manners, Pace, Refusal
from rexian.channels.voice.frames import Ask, Call, CallBack, Check, HangUp, Hello, Key, Ping, Rate, Welcome

_encoder = msgspec.json.Encoder()


class Wire(Manners[Ask]):
    """The protocol of one socket. `keys` paces the keypad, `pace` all the rest."""

    _decoder: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)
    _hello = Hello
    _ping = Ping

    def __init__(self, *, pace: Pace, keys: Pace, max_bad_frames: int = 20) -> None:
        super().__init__(pace=pace, max_bad_frames=max_bad_frames)
        self.contact_id: str | None = None
        self.interaction_id: str | None = None
        self.ended = False
        self._keys = keys

    def _check(self, ask: Ask, now_ms: int) -> None:
        match ask:
            case Call():
                if self.contact_id not in (None, ask.contact) and not self.ended:
                    raise Refusal("contact_open", ask.id)
                self._slow_down(ask.id, now_ms)
            case CallBack() if ask.contact is not None:
                if ask.interaction is None or not ask.number.strip():
                    raise Refusal("malformed", ask.id)
                if self.contact_id not in (None, ask.contact) and not self.ended:
                    raise Refusal("contact_open", ask.id)
                self._slow_down(ask.id, now_ms)
            case Key():
                self._need_contact(None)
                if not self._keys.take(now_ms):
                    raise Refusal("slow_down")
            case HangUp() | CallBack() | Rate():
                self._need_contact(ask.id)
                self._slow_down(ask.id, now_ms)
            case Check():
                self._slow_down(ask.id, now_ms)

    def _need_contact(self, id: str | None) -> None:
        if self.contact_id is None:
            raise Refusal("no_contact", id)

    def welcome(self, welcome: Welcome) -> bytes:
        """Answer the hello. From here on the socket follows `welcome.contact`."""
        self._greeted()
        if (contact := welcome.contact) is not None:
            self.follow(contact.id, contact.interaction, ended=contact.state == "ended")
        return _encoder.encode(welcome)

    def follow(self, contact_id: str, interaction_id: str, *, ended: bool = False) -> None:
        """The socket's contact is this one now."""
        self.contact_id, self.interaction_id, self.ended = contact_id, interaction_id, ended


def encode(frame: Any) -> bytes:
    """JSON of a server frame."""
    return _encoder.encode(frame)
