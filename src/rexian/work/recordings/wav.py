"""WAV around a recording's sound: its header is written before its length is known, so it is made right at reading.

RIFF chunks as in IBM's and Microsoft's "Multimedia Programming Interface and Data Specifications 1.0" (1991): a name of
four bytes, a length (32 bits, little endian), the data, one byte of padding after an odd length. Format tags: RFC 2361.
"""

from __future__ import annotations

import struct

from msgspec import Struct

_LONGEST = 4_096


class NotWav(Exception):
    """No WAV with G.711 mu-law or 16-bit PCM inside."""


class Layout(Struct, frozen=True, kw_only=True):
    """Where the sound lies: `start` is the first byte of it, `frame` bytes are one instant of all channels.

    `rate`: such instants a second, Hz. Of two channels the left one is the customer's.
    """

    start: int
    channels: int
    rate: int
    frame: int
    law: int  # 7: G.711 mu-law, 1: PCM


def layout_of(head: bytes) -> Layout:
    """Read the chunks in front of the sound from the first bytes of the file. Raises `NotWav`."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise NotWav("no RIFF header")
    at, form = 12, None
    while at + 8 <= min(len(head), _LONGEST):
        name, size = head[at : at + 4], struct.unpack_from("<I", head, at + 4)[0]
        if name == b"fmt " and at + 24 <= len(head):
            form = struct.unpack_from("<HHIIHH", head, at + 8)
        if name == b"data":
            if form is None or form[0] not in (1, 7) or form[4] == 0:
                raise NotWav("no format that can be played")
            return Layout(start=at + 8, channels=form[1], rate=form[2], frame=form[4], law=form[0])
        at += 8 + size + size % 2
    raise NotWav("no sound in it")


def right_header(head: bytes, layout: Layout, plain_size: int) -> bytes:
    """The header of a file of `plain_size` bytes (header included), with the lengths that are true now.

    `head` holds the first `layout.start` bytes at least; as many are returned.
    """
    header = bytearray(head[: layout.start])
    sound = max(0, plain_size - layout.start)
    struct.pack_into("<I", header, 4, layout.start - 8 + sound)
    struct.pack_into("<I", header, layout.start - 4, sound)
    fact = bytes(header).find(b"fact")
    if fact >= 0 and fact + 12 <= layout.start:
        struct.pack_into("<I", header, fact + 8, sound // layout.frame)
    return bytes(header)
