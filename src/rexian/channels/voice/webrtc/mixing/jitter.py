"""The jitter buffer: packets come as the network likes, sound is taken every 20 ms.

Time is told in three ways that are kept apart: the sender's timestamps (8,000 a second, in blocks of 80 = 10 ms), our
clock (ms), and the *transit* of a packet, our clock at its arrival less its timestamp. Of transits only differences
mean anything. The quickest of the last packets is the base; how much later the others came is jitter; how much later
than the quickest could have been we play is our *depth*. The depth is steered towards the 95th percentile of the jitter
and 20 ms more, between 20 and 200 ms, by playing 10 ms more or less where it is not heard.

A sender whose clock runs faster or slower moves all transits, hence the base, hence the depth: drift needs no case of
its own. Nothing here allocates by how much comes in: a ring of 1.28 s, a bit for each block, 256 transits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import IntEnum

BLOCK = 80
"""Bytes (samples) of 10 ms, the smallest thing that packets are made of."""
RING = 128
MOST_BLOCKS = 12
"""Of one packet: 120 ms."""
LEAST_MS, MOST_MS = 20.0, 200.0
FIRST_TARGET_MS = 40.0
_KNOWN = 16  # packets after which the measured jitter is believed
_STRAY_MS = 500.0  # further off than any network delays: the sender's clock was set
_STRAYS = 4  # packets in a row that must agree in it
_FAR = 3_000  # sequence numbers: a jump as far is another count (RFC 3550, appendix A.1)
_REMEMBERED = (1 << 256) - 1


class Kind(IntEnum):
    """What `take` gave."""

    WHOLE = 0  # 160 bytes
    FIRST = 1  # 160 bytes of which only the first 80 are there
    SECOND = 2  # … only the second 80
    NOTHING = 3  # nothing is there: to be concealed
    SHORT = 4  # 240 bytes, to be played within 20 ms
    LONG = 5  # 160 bytes, of which the second half will come again: 80 are to be played in 20 ms
    NEVER = 6  # nothing has come yet


_NOTHING = (Kind.NOTHING, b"")
_NEVER = (Kind.NEVER, b"")


class JitterBuffer:
    """Of one leg. `quiet()` says whether what was played last is so soft that a change of length isn't heard."""

    def __init__(self, quiet: Callable[[], bool] = lambda: True) -> None:
        self._quiet = quiet
        self.received = self.duplicates = self.late = self.refused = 0
        self._expected = self._span = 0  # of former counts of sequence numbers, and of this one
        self.jitter_ms = 0.0
        self._ring = bytearray(RING * BLOCK)
        self._top: int | None = None  # highest sequence number so far
        self._seen, self._odd_seq = 0, -1
        self._stamp = 0  # last timestamp, unwrapped
        self._begun = self._ever = False
        self._restart(0, 0.0)

    def _restart(self, stamp: int, transit: float) -> None:
        """Anchor time to this packet: the first one, or the first after the sender's clock was set."""
        self._origin, self._base, self._transit = stamp, transit, transit
        self._have = self._head = self._owed = self._strays = 0
        self._window: deque[float] = deque(maxlen=256)
        self.target_ms, self._changed_ms = FIRST_TARGET_MS, -1e9
        self._playing = False  # until the first packet has waited for as long as the target says

    @property
    def lost(self) -> int:
        """Packets that never came, up to now: what is only reordered counts until it comes."""
        return max(0, self._expected + self._span - self.received)

    @property
    def held(self) -> int:
        """Blocks from the next to be played to the last one there."""
        return self._have.bit_length()

    def depth_ms(self, now_ms: float) -> float:
        return now_ms - self._base - self._head * 10 - self._origin / 8 if self._begun else 0.0

    # -- packets come --------------------------------------------------------------------------------------------------
    def put(self, seq: int, timestamp: int, payload: bytes, arrived_ms: float) -> None:
        """Take a packet. Raises nothing: what is of no use is counted, in `refused`, `late` or `duplicates`."""
        blocks, rest = divmod(len(payload), BLOCK)
        if rest or not 0 < blocks <= MOST_BLOCKS:
            self.refused += 1
        elif self._new(seq):
            self._place(timestamp, payload, blocks, arrived_ms)

    def _new(self, seq: int) -> bool:
        """Count it; False for one that came before, or that belongs to no count we know of."""
        if self._top is None:
            self._count_from(seq)
            self.received += 1
            return True
        ahead = (seq - self._top) & 0xFFFF
        if 0 < ahead < _FAR:
            self._top, self._seen = seq, (self._seen << ahead | 1) & _REMEMBERED
            self._span += ahead
        elif not self._older(0x10000 - ahead & 0xFFFF, seq):
            return False
        self.received += 1
        return True

    def _older(self, behind: int, seq: int) -> bool:
        """A packet that isn't ahead: reordered (new), a duplicate, or of another count."""
        if behind < 256:
            if self._seen >> behind & 1:
                self.duplicates += 1
                return False
            self._seen |= 1 << behind
            self._span = max(self._span, behind + 1)  # it was sent before the first one that came
            return True
        if behind < _FAR:
            self.refused += 1  # far too late; whether it was here before, nobody remembers
            return False
        if seq != self._odd_seq:  # two in a row make a new count
            self._odd_seq = (seq + 1) & 0xFFFF
            self.refused += 1
            return False
        self._count_from(seq)
        return True

    def _count_from(self, seq: int) -> None:
        self._expected += self._span
        self._top, self._seen, self._span = seq, 1, 1

    def _place(self, timestamp: int, payload: bytes, blocks: int, arrived_ms: float) -> None:
        self._stamp += ((timestamp - self._stamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        transit = arrived_ms - self._stamp / 8
        if not self._begun:
            self._begin(transit)
        elif not -_STRAY_MS < transit - self._base < _STRAY_MS and not self._lost_its_way(transit):
            return
        self._strays = 0
        self._measure(transit)
        self._keep((self._stamp - self._origin + BLOCK // 2) // BLOCK - self._head, payload, blocks)

    def _begin(self, transit: float) -> None:
        self._restart(self._stamp, transit)
        self._begun = True

    def _lost_its_way(self, transit: float) -> bool:
        """Its time has nothing to do with ours. One such packet is dropped; several that agree begin a new time."""
        agrees = abs(transit - self._transit) < _STRAY_MS
        self._strays, self._transit = self._strays + 1 if agrees else 1, transit
        if self._strays < _STRAYS:
            self.late += 1
            return False
        self._begin(transit)
        return True

    def _measure(self, transit: float) -> None:
        self.jitter_ms += (abs(transit - self._transit) - self.jitter_ms) / 16  # RFC 3550, 6.4.1
        self._transit = transit
        self._base = min(self._base, transit)
        self._window.append(transit)
        if self.received % 8 == 0:
            ranked = sorted(self._window)
            self._base = ranked[0]
            if len(ranked) >= _KNOWN:
                spread = ranked[int(0.95 * len(ranked))] - self._base
                self.target_ms = min(MOST_MS, max(LEAST_MS, spread + 20.0))

    def _keep(self, at: int, payload: bytes, blocks: int) -> None:
        """Put the blocks into the ring; `at`: how many blocks after the next to be played."""
        if at < 0 and not self._playing and self.held - at <= 2 * MOST_BLOCKS:
            self._have, self._head, at = self._have << -at, self._head + at, 0  # the second packet came first
        if at + blocks <= 0:
            self.late += 1
            return
        if at < 0:
            payload, blocks, at = payload[-at * BLOCK :], blocks + at, 0
        if at + blocks > RING:
            self.refused += 1
            return
        start, size = (self._head + at) % RING * BLOCK, blocks * BLOCK
        fits = min(size, RING * BLOCK - start)
        self._ring[start : start + fits] = payload[:fits]
        self._ring[: size - fits] = payload[fits:]
        self._have |= ((1 << blocks) - 1) << at

    # -- sound is taken ------------------------------------------------------------------------------------------------
    def take(self, now_ms: float) -> tuple[Kind, bytes]:
        """What is to be played in the next 20 ms."""
        if not self._playing:
            if not self._begun or self.depth_ms(now_ms) < self.target_ms:
                return _NOTHING if self._ever else _NEVER
            self._playing = self._ever = True
        over = self.depth_ms(now_ms) - self.target_ms
        if over + self.target_ms > MOST_MS + 20:
            over -= 10 * self._skip(int(over // 10))
            self._owed = 0
        if self._have & 3 == 3:
            return self._whole(over, now_ms)
        return self._gap(over) if self._have else self._nothing(over)

    def _whole(self, over: float, now_ms: float) -> tuple[Kind, bytes]:
        self._owed = 0
        if over > 20 and self._have & 7 == 7 and self._may_change(now_ms, over > 40):
            return Kind.SHORT, self._next(3, 3)
        if over < -10 and self._may_change(now_ms, over < -15):
            return Kind.LONG, self._next(2, 1)
        return Kind.WHOLE, self._next(2, 2)

    def _nothing(self, over: float) -> tuple[Kind, bytes]:
        """Late, lost or a pause? Wait for it, as long as the bound allows; what is concealed meanwhile is owed."""
        if over + self.target_ms + 20 <= MOST_MS:
            self._owed += 2
        else:
            self._skip(2)
        return _NOTHING

    def _gap(self, over: float) -> tuple[Kind, bytes]:
        """Of the next two blocks one or both aren't there, but later ones are."""
        if not self._have & 1:
            hole = (self._have & -self._have).bit_length() - 1
            over -= 10 * self._pass_over(hole, over)
        there = self._have & 3
        if there == 3:
            self._owed = 0
            return Kind.WHOLE, self._next(2, 2)
        if not there:
            if over >= -15:  # else let it stand: in a pause a wait costs nothing
                self._skip(2)
            return _NOTHING
        if self._have == 1 and over + self.target_ms + 10 <= MOST_MS:
            self._owed = 1  # the rest may only be late
            return Kind.FIRST, self._next(2, 1)
        return (Kind.FIRST if there == 1 else Kind.SECOND), self._next(2, 2)

    def _pass_over(self, hole: int, over: float) -> int:
        """Blocks of a hole not to be played: those concealed for already, and of a pause what makes us too deep."""
        paid = min(hole, self._owed)
        self._owed -= paid
        pause = hole - paid if hole - paid > 6 else 0
        return self._skip(paid + max(0, min(pause, int(over // 10) - paid)))

    def _may_change(self, now_ms: float, pressing: bool) -> bool:
        """In quiet every 40 ms, within sound only when it presses, ten times a second."""
        since = now_ms - self._changed_ms
        if since < 40 or not (self._quiet() or (pressing and since >= 100)):
            return False
        self._changed_ms = now_ms
        return True

    def _skip(self, blocks: int) -> int:
        self._head += blocks
        self._have >>= blocks
        return blocks

    def _next(self, blocks: int, consumed: int) -> bytes:
        start, size = self._head % RING * BLOCK, blocks * BLOCK
        data = bytes(self._ring[start : start + size])
        if len(data) < size:
            data += self._ring[: size - len(data)]
        self._head += consumed
        self._have >>= consumed
        return data
