"""Numbers are read aloud as people read them, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.channels.voice.prompts.numbers import MOST, WORDS, digits_of, words_of
from rexian.channels.voice.prompts.reading import read


@pytest.mark.parametrize(
    ("number", "chinese"),
    [
        (0, "零"), (2, "二"), (9, "九"), (10, "十"), (12, "十二"), (20, "二十"), (21, "二十一"), (99, "九十九"),
        (100, "一百"), (102, "一百零二"), (105, "一百零五"), (110, "一百一十"), (112, "一百一十二"), (200, "二百"),
        (1000, "一千"), (1001, "一千零一"), (1010, "一千零一十"), (1100, "一千一百"), (2000, "两千"),
        (2022, "两千零二十二"),
        (10_000, "一万"), (10_500, "一万零五百"), (12_345, "一万两千三百四十五"), (20_000, "两万"),
        (100_005, "十万零五"),
        (120_000, "十二万"),
    ],
)  # fmt: skip
def test_chinese_numbers(number: int, chinese: str) -> None:
    assert "".join(words_of(number, "zh-CN")) == chinese


@pytest.mark.parametrize(
    ("number", "english"),
    [
        (0, "zero"), (2, "two"), (13, "thirteen"), (20, "twenty"), (42, "forty two"), (100, "one hundred"),
        (105, "one hundred and five"), (342, "three hundred and forty two"), (1000, "one thousand"),
        (1005, "one thousand and five"), (1200, "one thousand two hundred"),
        (12_345, "twelve thousand three hundred and forty five"),
    ],
)  # fmt: skip
def test_english_numbers(number: int, english: str) -> None:
    assert " ".join(words_of(number, "en")) == english


@given(st.integers(0, MOST), st.sampled_from(["zh-CN", "en"]), st.booleans())
def test_every_number_has_its_words(number: int, locale: str, counted: bool) -> None:
    words = words_of(number, locale, counted=counted)
    assert words
    assert set(words) <= set(WORDS[locale])


def test_before_a_measure_word_two_is_liang() -> None:
    assert read("预计等候 2 分钟左右。", "zh-CN") == ["预计等候", "两", "分钟左右"]
    assert read("预计等候 2 到 12 分钟。", "zh-CN") == ["预计等候", "两", "到", "十", "二", "分钟"]
    assert read("您排在第 2 位。", "zh-CN") == ["您排在第", "二", "位"]
    assert read("维修，请按 2。", "zh-CN") == ["维修", "", "请按", "二"]


def test_telephone_numbers_are_read_digit_by_digit() -> None:
    assert "".join(digits_of("13800138001", "zh-CN")) == "幺三八零零幺三八零零幺"
    assert read("The number is +8613.", "en")[1:] == ["eight", "six", "one", "three"]
    assert read("号码是 013。", "zh-CN") == ["号码是", "零", "幺", "三"]
