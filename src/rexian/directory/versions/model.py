"""What the API says of versions and of drafts, whatever it is that they are of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rexian.kit.i18n import t

State = Literal["draft", "published", "retired"]
Note = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]


class Author(Struct, frozen=True, kw_only=True):
    id: str
    name: str


class Edition(Struct, frozen=True, kw_only=True):
    """One version in the list of versions."""

    version: int
    state: State
    note: str
    created_at: int
    created_by: Author | None
    published_at: int | None
    published_by: Author | None


class Publication(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which draft is to be published; with `etag` only if nobody has changed it since."""

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    etag: Annotated[str, Meta(max_length=60)] | None = None


class Finding(Struct, frozen=True, kw_only=True):
    """Something that is wrong, or looks it. `field` is a dotted path into what was looked at, `code` is stable,
    `message` says it in the asker's language."""

    field: str
    code: str
    params: dict[str, str | int] = {}
    message: str = ""


class Findings(Struct, frozen=True, kw_only=True):
    """With errors a draft can't be published; warnings are for thinking about."""

    errors: list[Finding]
    warnings: list[Finding]


@dataclass(slots=True)
class Finder:
    """Gathers findings, said in `locale`. `area`: the part of the catalogue that has their sentences."""

    area: str
    locale: str
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def error(self, at: str, code: str, **params: str | int) -> None:
        self.errors.append(self._finding(at, code, params))

    def warn(self, at: str, code: str, **params: str | int) -> None:
        self.warnings.append(self._finding(at, code, params))

    def within(self, at: str, value: int, most: int, least: int = 0) -> bool:
        if least <= value <= most:
            return True
        self.error(at, "out_of_range", least=least, most=most)
        return False

    def findings(self) -> Findings:
        return Findings(errors=self.errors, warnings=self.warnings)

    def _finding(self, at: str, code: str, params: dict[str, str | int]) -> Finding:
        return Finding(field=at, code=code, params=params, message=t(self.locale, f"{self.area}.{code}", **params))
