"""RTCP (RFC 3550 section 6), as little as browsers and our figures need: sender and receiver reports, CNAME, BYE."""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEAD = struct.Struct("!BBH")
_BLOCK = struct.Struct("!IIIIII")
_NTP_1970 = 2_208_988_800
SENDER_REPORT, RECEIVER_REPORT, DESCRIPTION, BYE = 200, 201, 202, 203


class Block(NamedTuple):
    """What a receiver says of one source. `lost` is a share 0…1 since its last report; `jitter` in clock ticks."""

    ssrc: int
    lost: float
    lost_total: int
    highest: int
    jitter: int
    last_sender: int
    delay: int

    def pack(self) -> bytes:
        lost = min(255, max(0, int(self.lost * 256))) << 24 | (self.lost_total & 0xFFFFFF)
        return _BLOCK.pack(self.ssrc, lost, self.highest & 0xFFFFFFFF, self.jitter, self.last_sender, self.delay)


class Report(NamedTuple):
    """A sender's or receiver's report. `ntp`: middle 32 bits of the sender's clock, 0 in a receiver's report."""

    ssrc: int
    ntp: int
    blocks: tuple[Block, ...]


class Goodbye(NamedTuple):
    ssrcs: tuple[int, ...]


def ntp_middle(unix_s: float) -> int:
    """The middle 32 bits of an NTP timestamp, as LSR and DLSR count (1/65,536 s)."""
    return int((unix_s + _NTP_1970) * 65_536) & 0xFFFFFFFF


def parse(data: bytes) -> list[Report | Goodbye]:
    """Read a compound packet; what is damaged or of another kind is left out."""
    found: list[Report | Goodbye] = []
    at = 0
    while at + 8 <= len(data):
        first, kind, words = _HEAD.unpack_from(data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            break
        found += _one(kind, first & 0x1F, data[at + 4 : end])
        at = end
    return found


def _one(kind: int, count: int, body: bytes) -> list[Report | Goodbye]:
    if kind == BYE and len(body) >= 4 * count:
        return [Goodbye(struct.unpack_from(f"!{count}I", body))]
    start = {SENDER_REPORT: 24, RECEIVER_REPORT: 4}.get(kind)
    if start is None or len(body) < start + 24 * count:
        return []
    ntp = int.from_bytes(body[6:10], "big") if kind == SENDER_REPORT else 0
    blocks = tuple(_block(body, start + 24 * index) for index in range(count))
    return [Report(int.from_bytes(body[:4], "big"), ntp, blocks)]


def _block(body: bytes, at: int) -> Block:
    ssrc, lost, highest, jitter, last_sender, delay = _BLOCK.unpack_from(body, at)
    total = lost & 0xFFFFFF
    return Block(ssrc, (lost >> 24) / 256, total - (1 << 24 if total >> 23 else 0), highest, jitter, last_sender, delay)


def sender_report(ssrc: int, unix_s: float, timestamp: int, packets: int, octets: int, block: Block | None) -> bytes:
    """Write SR + SDES(CNAME). `timestamp`: RTP time of this very instant."""
    seconds = unix_s + _NTP_1970
    ntp = int(seconds) << 32 | int((seconds % 1) * (1 << 32))
    body = struct.pack("!IQIII", ssrc, ntp, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return _packet(SENDER_REPORT, 1 if block else 0, body + (block.pack() if block else b"")) + _cname(ssrc)


def _cname(ssrc: int) -> bytes:
    item = struct.pack("!IBB", ssrc, 1, 6) + b"rexian"
    return _packet(DESCRIPTION, 1, item + b"\0" * (4 - len(item) % 4))


def goodbye(ssrc: int) -> bytes:
    """Write an empty RR + BYE: this source ends."""
    return _packet(RECEIVER_REPORT, 0, struct.pack("!I", ssrc)) + _packet(BYE, 1, struct.pack("!I", ssrc))


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body
