"""Two languages, Chinese first: catalogues in TOML, one file per room, keys like `errors.queue_full`.

`catalogues/<locale>/<room>.toml`; the room's name is not part of the key. Placeholders are `{name}`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal, cast

Locale = Literal["zh-CN", "en"]
LOCALES: tuple[Locale, ...] = ("zh-CN", "en")
DEFAULT: Locale = "zh-CN"


@cache
def catalogue(locale: Locale) -> dict[str, str]:
    """Return all texts of a language by flat dotted key. Raises `ValueError` when two rooms define the same key."""
    texts: dict[str, str] = {}
    folder = files("rexian.kit") / "catalogues" / locale
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for key, value in _flat(tomllib.loads(file.read_text(encoding="utf-8"))).items():
            if key in texts:
                raise ValueError(f"{locale}/{file.name}: {key} is already defined by another room")
            texts[key] = value
    return texts


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": str(value)}
    return flat


def has(key: str) -> bool:
    return key in catalogue(DEFAULT)


def t(locale: str, key: str, /, **params: Any) -> str:
    """Return the text of `key` in `locale` (Chinese for an unknown locale) with its placeholders filled in.

    An unknown key comes back as it is: a page with a key in it is ugly, a page that fails is worse. Tests find those.
    """
    text = catalogue(as_locale(locale)).get(key)
    if text is None:
        return key
    return Formatter().vformat(text, (), _Lenient(params)) if params or "{" in text else text


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def as_locale(name: str | None) -> Locale:
    """Return the locale that `name` (`zh`, `zh-Hans-CN`, `en-GB` …) asks for, Chinese when it is none of ours."""
    return _match(name or "") or DEFAULT


def negotiate(accept_language: str | None, default: Locale = DEFAULT) -> Locale:
    """Choose the language for an `Accept-Language` header (RFC 9110 section 12.5.4)."""
    choices: list[tuple[float, int, str]] = []
    for order, item in enumerate((accept_language or "")[:500].split(",")):
        tag, _, quality = item.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0:
            choices.append((-weight, order, tag.strip()))
    for _, _, tag in sorted(choices):
        if found := _match(tag):
            return found
    return default


def _match(tag: str) -> Locale | None:
    tag = tag.lower()
    for locale in LOCALES:
        if tag == locale.lower():
            return locale
    language = tag.split("-")[0]
    return cast(Locale, {"zh": "zh-CN", "en": "en"}[language]) if language in {"zh", "en"} else None
