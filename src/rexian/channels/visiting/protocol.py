"""What every visitor's socket has in common, without any I/O: `hello` first and once, sizes, pace, clear refusals.

new ──hello──► greeting ──welcome──► ready ──close──► closed
"""

from __future__ import annotations

from collections import deque
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct

Ask = TypeVar("Ask")


class Refusal(Exception):
    """An ask that is not carried out. `id` is the ask's, when it could be read. The socket stays open."""

    def __init__(self, code: str, id: str | None = None, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.id = id
        self.detail = detail


class Violation(Exception):
    """The peer doesn't speak this protocol: close the socket with `close_code` (RFC 6455)."""

    def __init__(self, code: str, close_code: int) -> None:
        super().__init__(code)
        self.code = code
        self.close_code = close_code


class Pace:
    """At most `limit` things in any `window_ms`."""

    def __init__(self, limit: int, window_ms: int) -> None:
        self.limit = limit
        self.window_ms = window_ms
        self._at: deque[int] = deque()

    def take(self, now_ms: int) -> bool:
        """Count one thing, or say False when there were too many already."""
        if not self.room(now_ms):
            return False
        self._at.append(now_ms)
        return True

    def room(self, now_ms: int) -> bool:
        """Whether one more would be taken."""
        while self._at and self._at[0] <= now_ms - self.window_ms:
            self._at.popleft()
        return len(self._at) < self.limit


class _Loose(Struct):
    """Just enough of a bad frame to say which one it was."""

    t: str = ""
    id: str | None = None


_loose: msgspec.json.Decoder[_Loose] = msgspec.json.Decoder(_Loose)


class Manners(Generic[Ask]):
    """The order of one socket's frames. A protocol names its frames and says what it checks in each (`_check`)."""

    _decoder: msgspec.json.Decoder[Any]
    _hello: type[Any]
    _ping: type[Any]

    def __init__(self, *, pace: Pace, max_bad_frames: int = 20) -> None:
        self.state: Literal["new", "greeting", "ready", "closed"] = "new"
        self._pace = pace
        self._bad_frames_left = max_bad_frames

    def receive(self, frame: str, now_ms: int) -> Ask:
        """Read one frame. Raises `Refusal` (tell the peer, go on) or `Violation` (close)."""
        ask = self._decode(frame)
        if self.state == "closed":
            raise Violation("closed", 1002)
        if isinstance(ask, self._hello):
            self._take_hello(ask)
        elif self.state != "ready" and not isinstance(ask, self._ping):
            raise Violation("hello_first", 1002)
        else:
            self._check(ask, now_ms)
        return ask

    def _decode(self, frame: str) -> Ask:
        try:
            ask: Ask = self._decoder.decode(frame)
        except msgspec.ValidationError:
            loose = self._decode_loosely(frame)
            self._count_bad_frame()
            if self.state == "new":
                raise Violation("bad_hello", 1008) from None
            raise Refusal("malformed", loose.id) from None
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Violation("not_json", 1007) from None
        return ask

    def _decode_loosely(self, frame: str) -> _Loose:
        try:
            loose = _loose.decode(frame)
        except msgspec.ValidationError:
            return _Loose()
        return loose if loose.id is None or len(loose.id) <= 64 else _Loose(loose.t)

    def _count_bad_frame(self) -> None:
        self._bad_frames_left -= 1
        if self._bad_frames_left < 0:
            self.state = "closed"
            raise Violation("too_many_bad_frames", 1008)

    def _take_hello(self, hello: Any) -> None:
        if self.state != "new":
            raise Violation("hello_twice", 1002)
        if hello.v != 1:
            raise Violation("unknown_version", 1008)
        self.state = "greeting"

    def _greeted(self) -> None:
        if self.state != "greeting":
            raise RuntimeError(f"welcome in state {self.state}")
        self.state = "ready"

    def _check(self, ask: Ask, now_ms: int) -> None:
        """Raises `Refusal` for an ask that has no place here and now."""
        raise NotImplementedError

    def _slow_down(self, id: str | None, now_ms: int) -> None:
        if not self._pace.take(now_ms):
            raise Refusal("slow_down", id)

    def close(self) -> None:
        self.state = "closed"
