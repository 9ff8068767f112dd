"""What arrives of a source, counted as RFC 3550 says (A.1, A.3, A.8), and how good it sounds (ITU-T G.107)."""

from __future__ import annotations

from rexian.channels.voice.webrtc.rtcp import Block, ntp_middle

CLOCK_HZ = 8_000
_JUMP = 3_000
"""A sequence number that leaps further than this is a restart of the source (MAX_DROPOUT of RFC 3550)."""


class Reception:
    """Counts one source. Times are seconds: `arrived` monotonic, `unix_s` since 1970 by a clock that nobody sets."""

    def __init__(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self.received = 0
        self.jitter = 0.0
        self._base = -1
        self._highest = 0  # extended by the wraps
        self._transit: float | None = None
        self._before = (0, 0)
        self._sender_ntp = 0
        self._sender_at = 0.0

    def packet(self, seq: int, timestamp: int, arrived: float) -> None:
        """Count one authentic packet."""
        self.received += 1
        if self._base < 0 or self._leapt(seq):
            self._base = self._highest = seq
            self.received, self._before, self._transit = 1, (0, 0), None
        else:
            step = (seq - self._highest) & 0xFFFF
            if step < 0x8000:
                self._highest += step
        self._shake(timestamp, arrived)

    def _leapt(self, seq: int) -> bool:
        step = (seq - self._highest) & 0xFFFF
        return _JUMP < step < 0x10000 - _JUMP

    def _shake(self, timestamp: int, arrived: float) -> None:
        transit = arrived * CLOCK_HZ - timestamp
        if self._transit is not None:
            moved = abs(transit - self._transit)
            if moved < CLOCK_HZ * 5:  # the timestamp's wrap and the source's own pauses are no jitter
                self.jitter += (moved - self.jitter) / 16
        self._transit = transit

    def sender_report(self, ntp: int, arrived: float) -> None:
        """Note when the source last said its time, for the round trip that the peer computes."""
        self._sender_ntp, self._sender_at = ntp, arrived

    @property
    def jitter_ms(self) -> float:
        return self.jitter * 1_000 / CLOCK_HZ

    @property
    def expected(self) -> int:
        return self._highest - self._base + 1 if self._base >= 0 else 0

    def interval_loss(self) -> float:
        """Share lost (0…1) since the last call."""
        expected, received = self.expected, self.received
        span, came = expected - self._before[0], received - self._before[1]
        self._before = (expected, received)
        return max(0.0, (span - came) / span) if span > 0 else 0.0

    def block(self, lost: float, now: float) -> Block:
        """The report block for this source; `lost` as `interval_loss` gave it."""
        delay = int((now - self._sender_at) * 65_536) if self._sender_ntp else 0
        total = max(-(1 << 23), min((1 << 23) - 1, self.expected - self.received))
        return Block(self.ssrc, lost, total, self._highest, int(self.jitter), self._sender_ntp, delay)


def round_trip_s(block: Block, unix_s: float) -> float | None:
    """The round trip that a peer's report on us tells (RFC 3550 6.4.1), in seconds."""
    if not block.last_sender:
        return None
    ticks = (ntp_middle(unix_s) - block.last_sender - block.delay) & 0xFFFFFFFF
    return ticks / 65_536 if ticks < 65_536 * 60 else None


def mos(loss: float, one_way_ms: float, jitter_ms: float) -> float:
    """Mean opinion score 1…5 for G.711 with concealment: R = 93.2 − Id − Ie,eff (G.107 with Bpl 25.1, G.113).

    `loss` 0…1. A jitter buffer of twice the jitter is reckoned into the delay.
    """
    delay = one_way_ms + 2 * jitter_ms + 20
    impaired = 0.024 * delay + (0.11 * (delay - 177.3) if delay > 177.3 else 0.0)
    lost = 95 * (loss * 100) / (loss * 100 + 25.1)
    r = max(0.0, min(100.0, 93.2 - impaired - lost))
    return round(1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6, 2) if r > 6.5 else 1.0
