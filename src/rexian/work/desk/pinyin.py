"""Pinyin initials, so that 「您好」 is found by typing "nh".

GB 2312 sorts its 3,755 everyday characters by pronunciation, so a character's code tells its initial; no dictionary is
needed. Rarer characters have none, and a character with several readings gets the one under which it was sorted.
"""

from __future__ import annotations

from bisect import bisect_right

# First code of each initial in GB 2312's level 1 (0xB0A1 … 0xD7F9). No syllable of Mandarin begins with i, u or v.
_FIRST = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_LETTERS = "abcdefghjklmnopqrstwxyz"
_LAST = 0xD7F9


def initials(text: str) -> str:
    """The initials of Chinese characters and the letters and digits between them, lower case: 您好 VIP → `nhvip`."""
    return "".join(filter(None, map(_initial, text)))


def _initial(ch: str) -> str:
    if ch.isascii():
        return ch.lower() if ch.isalnum() else ""
    try:
        encoded = ch.encode("gb2312")
    except UnicodeEncodeError:
        return ""
    code = int.from_bytes(encoded, "big")
    return _LETTERS[bisect_right(_FIRST, code) - 1] if _FIRST[0] <= code <= _LAST else ""
