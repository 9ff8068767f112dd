"""Numbers as they are read aloud: 两分钟, 十二, 一百零五; one hundred and five. Pure."""

from __future__ import annotations

MOST = 999_999
_DIGITS = "零一二三四五六七八九"
_UNITS = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

WORDS = {
    "zh-CN": (*_DIGITS, "十", "百", "千", "万", "两", "幺"),
    "en": (*_SMALL, *_TENS, "hundred", "thousand", "and"),
}
"""All words of which numbers are put together, by locale: one sound file each."""


def words_of(number: int, locale: str, *, counted: bool = False) -> list[str]:
    """Return the words of a number from 0 to 999,999. `counted`: before a measure word, where Chinese says 两 for 2."""
    number = max(0, min(number, MOST))
    if locale == "en":
        return _english(number)
    return ["两"] if counted and number == 2 else _chinese(number)


def digits_of(number: str, locale: str) -> list[str]:
    """Return a telephone number digit by digit (Chinese says 幺 for 1)."""
    names = _SMALL if locale == "en" else [*"零幺二三四五六七八九"]
    return [names[int(digit)] for digit in number if digit.isascii() and digit.isdigit()]


def _chinese(number: int) -> list[str]:
    if number == 0:
        return ["零"]
    high, low = divmod(number, 10_000)
    words = [*(["两"] if high == 2 else _below_ten_thousand(high)), "万"] if high else []
    if high and low and low < 1000:
        words.append("零")
    words += _below_ten_thousand(low) if low else []
    return words[1:] if words[:2] == ["一", "十"] else words  # 十二, not 一十二


def _below_ten_thousand(number: int) -> list[str]:
    words: list[str] = []
    gap = False
    for size, unit in _UNITS:
        digit, number = divmod(number, size)
        if digit:
            words += ["零"] if gap else []
            words += ["两" if digit == 2 and size == 1000 else _DIGITS[digit], *([unit] if unit else [])]
        gap = not digit and bool(words)
    return words


def _english(number: int) -> list[str]:
    thousands, rest = divmod(number, 1000)
    words = [*_below_thousand(thousands), "thousand"] if thousands else []
    if rest or not words:
        words += ["and"] if words and rest < 100 else []
        words += _below_thousand(rest)
    return words


def _below_thousand(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    words = [_SMALL[hundreds], "hundred"] if hundreds else []
    if rest or not hundreds:
        words += ["and"] if hundreds else []
        words += [_SMALL[rest]] if rest < 20 else [_TENS[rest // 10 - 2], *([_SMALL[rest % 10]] if rest % 10 else [])]
    return words
