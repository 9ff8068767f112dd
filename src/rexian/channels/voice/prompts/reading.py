"""A sentence as it is put together from sound files: stretches of words, numbers and pauses. Pure.

A stretch is what stands between two marks of punctuation or numbers; there is one file for it or none. So all that
the house says, and all that is said in the same words, can be spoken without any text-to-speech.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rexian.channels.voice.prompts.numbers import digits_of, words_of

PAUSE = ""
"""Between two stretches: a short silence."""
_PIECES = re.compile(
    r"(?P<number>\+?\d+)|(?P<pause>[，。；：、！？,.;:!?（）()“”\n]+)|(?P<words>[^\d，。；：、！？,.;:!?（）()“”\n+]+|\+)"
)
_COUNTED = re.compile(r"\s*(到\s*\d+\s*)?(分钟|个|小时|天|次|秒|人)")


def stretch(text: str) -> str:
    """The form by which stretches are looked up: no blanks in Chinese, single ones in English, small letters."""
    text = " ".join(text.split()).lower()
    return text if text.isascii() else text.replace(" ", "")


def read(text: str, locale: str) -> list[str]:
    """Return the stretches and number words of a text in order, `PAUSE` between; none at the ends."""
    found = list(_read(text, locale))
    while found and found[-1] == PAUSE:
        found.pop()
    while found and found[0] == PAUSE:
        found.pop(0)
    return found


def _read(text: str, locale: str) -> Iterator[str]:
    for piece in _PIECES.finditer(text):
        if piece["pause"]:
            yield PAUSE
        elif piece["number"]:
            yield from _number(piece["number"], text, piece.start(), piece.end(), locale)
        elif words := stretch(piece["words"]):
            yield words


def _number(number: str, text: str, start: int, end: int, locale: str) -> list[str]:
    plain = number.lstrip("+")
    if len(plain) > 6 or number != plain or (len(plain) > 1 and plain[0] == "0"):
        return digits_of(plain, locale)
    ordinal = text[:start].rstrip().endswith("第")
    return words_of(int(plain), locale, counted=not ordinal and bool(_COUNTED.match(text, end)))
