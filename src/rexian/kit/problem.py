"""A refusal that any layer may raise and that the edge turns into problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict


class FieldError(TypedDict):
    """What is wrong with one field: `field` is a path such as `needs.0.level`, `code` is stable, `message` explains."""

    field: str
    code: str
    message: NotRequired[str]
    params: NotRequired[dict[str, str | int]]


class Problem(Exception):
    """Something that the caller should hear about. `code` is stable; its title is `errors.<code>` in the catalogues.

    `params` fill the title's placeholders. `detail` is a sentence for this occurrence, if there is more to say.
    """

    def __init__(
        self,
        code: str,
        status: int = 400,
        *,
        detail: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after_s: int | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.retry_after_s = retry_after_s
        self.params = params


def not_found(what: str = "resource") -> Problem:
    """The one answer for "does not exist" and "belongs to somebody else": whoever asks can't tell them apart."""
    return Problem("not_found", 404, what=what)
