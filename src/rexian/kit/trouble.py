"""What is the matter with a part of the house: a code with parameters, which each reader words in their language."""

from __future__ import annotations

from msgspec import Struct

from rexian.kit.i18n import LOCALES, t


class Trouble(Struct, frozen=True):
    """Its texts are `trouble.<code>` in both languages; `str` is the English one, for logs and exceptions."""

    code: str
    params: dict[str, str] = {}

    def said(self, locale: str) -> str:
        return t(locale, f"trouble.{self.code}", **self.params)

    def __str__(self) -> str:
        return self.said("en")

    @property
    def in_words(self) -> dict[str, str]:
        """The text by language, as a log takes it."""
        return {locale: self.said(locale) for locale in LOCALES}
