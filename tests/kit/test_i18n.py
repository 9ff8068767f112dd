"""Everything that a person reads is there in Chinese and in English."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest

from rexian.kit.i18n import LOCALES, as_locale, catalogue, negotiate, t

ROOT = Path(__file__).parents[2]


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    chinese, english = (catalogue(locale) for locale in LOCALES)
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert _names(text) == _names(english[key]), key


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_english_texts_are_english() -> None:
    han = re.compile(r"[一-鿿]")
    assert not [key for key, text in catalogue("en").items() if han.search(text) and not key.startswith("language.")]


def test_an_unknown_key_or_a_missing_value_never_fails_a_page() -> None:
    assert t("zh-CN", "no.such.key") == "no.such.key"
    assert t("xx", "no.such.key", name="李") == "no.such.key"


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("fr, en;q=0.3, zh;q=0.7", "zh-CN"),
        ("de", "zh-CN"),
        ("en;q=0, zh", "zh-CN"),
        ("en;q=x", "zh-CN"),
        ("*;" * 10_000, "zh-CN"),
    ],
)
def test_the_language_asked_for_is_found(header: str | None, locale: str) -> None:
    assert negotiate(header) == locale


def test_names_of_languages() -> None:
    assert [as_locale(name) for name in ("zh", "zh-Hans-CN", "en-GB", "fr", None, "EN")] == [
        "zh-CN", "zh-CN", "en", "zh-CN", "zh-CN", "en",
    ]  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
def test_the_console_says_troubles_in_the_same_words(locale: str) -> None:
    theirs = json.loads((ROOT / f"ui/console/src/locales/{locale}/wall.json").read_text("utf-8"))["alert"]["trouble"]
    ours = {key: text for key, text in catalogue(locale).items() if key.startswith("trouble.")}
    assert {f"trouble.{code}": re.sub(r"{{(\w+)}}", r"{\1}", text) for code, text in theirs.items()} == ours
