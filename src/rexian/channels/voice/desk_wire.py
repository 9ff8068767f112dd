"""The staff's phone socket without any I/O: order, sizes, pace."""

from __future__ import annotations

import msgspec

from rexian.channels.visiting.protocol import Manners, Pace, Refusal
from rexian.channels.voice.desk_frames import Ask, Hello, Key, Ping


class DeskWire(Manners[Ask]):
    """The protocol of one desk's phone. `keys` paces the keypad, `pace` all the rest."""

    _decoder: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)
    _hello = Hello
    _ping = Ping

    def __init__(self, *, pace: Pace, keys: Pace, max_bad_frames: int = 20) -> None:
        super().__init__(pace=pace, max_bad_frames=max_bad_frames)
        self._keys = keys

    def greeted(self) -> None:
        """The welcome has been sent."""
        self._greeted()

    def _check(self, ask: Ask, now_ms: int) -> None:
        if isinstance(ask, Ping):
            return
        if isinstance(ask, Key):
            if not self._keys.take(now_ms):
                raise Refusal("slow_down")
            return
        self._slow_down(getattr(ask, "id", None) or getattr(ask, "leg", None), now_ms)
