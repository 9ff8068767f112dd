"""What a menu says when nobody has written words for it: its options with their keys, and the way to a person."""

from __future__ import annotations

from rexian.channels.voice.reception.model import PERSON_KEY, Menu
from rexian.channels.voice.reception.words import KeyLabel
from rexian.kit.i18n import t

STAR, HASH = "*", "#"


def menu_text(menu: Menu, locale: str) -> str:
    """All options in the order of the form, then the person and the repeat, unless keys of the form do that."""
    return "".join(t(locale, "prompts.option", label=one.label, digit=spoken_key(one.digit, locale)) for one in
                   menu_keys(menu, locale))  # fmt: skip


def menu_keys(menu: Menu, locale: str) -> tuple[KeyLabel, ...]:
    """The keys of a menu as a page shows them; the language that is being spoken isn't offered."""
    spoken = (option for option in menu.options if option.to.kind != "language" or option.to.locale != locale)
    keys = {option.key: option.title(locale) for option in spoken}
    keys.setdefault(PERSON_KEY, t(locale, "prompts.key.person"))
    keys.setdefault(STAR, t(locale, "prompts.key.repeat"))
    return tuple(KeyLabel(key, label) for key, label in keys.items())


def spoken_key(key: str, locale: str) -> str:
    """A key as it is said: digits as they are, star and hash by their names."""
    return {STAR: t(locale, "prompts.key.star"), HASH: t(locale, "prompts.key.hash")}.get(key, key)
