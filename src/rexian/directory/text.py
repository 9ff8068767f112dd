"""Text that people type in: its limits as msgspec types, and the forms in which it is compared.

Names are stored exactly as given, whatever script, direction or emoji they use; only NUL and blank ones are refused
(PostgreSQL can't store the former). Comparison forms are kept beside them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from rexian.kit.problem import Problem

T = TypeVar("T")

_NO_NUL: Final = r"^[^\x00]*$"
_SOME: Final = r"^[^\x00]*[^\s\x00][^\x00]*$"

Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=_SOME, description="A name, stored exactly.")]
NameEn = Annotated[
    str, Meta(max_length=80, pattern=_NO_NUL, description="The name for English readers; empty: the same as `name`.")
]
Words = Annotated[str, Meta(max_length=2000, pattern=_NO_NUL, description="Free text.")]
Key = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=40,
        pattern=r"^[a-z][a-z0-9]*([-_:.][a-z0-9]+)*$(?!\n)",
        description="A short lasting name.",
    ),
]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$(?!\n)", description="A colour as #rrggbb, lower case.")]
Email = Annotated[
    str,
    Meta(
        min_length=3, max_length=254, pattern=r"^[^\s\x00@]{1,64}@[^\s\x00@]+$(?!\n)", description="An e-mail address."
    ),
]
ObjectId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$(?!\n)",
        description="An id: a UUID in lower case.",
    ),
]

_HOST = re.compile(r"(?=.{1,253}\Z)[^\s.@:/\\]{1,63}(\.[^\s.@:/\\]{1,63})+")


def email_key(email: str) -> str:
    """Return the form by which e-mail addresses are compared: compatibility characters folded, case ignored."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def checked_email(email: str, field: str = "email") -> str:
    """Return the comparison form of a well-formed address. Raises `Problem` (400 `bad_email`)."""
    key = email_key(email)
    local, at, host = key.rpartition("@")
    if not (at and local and len(local) <= 64 and "@" not in local and _HOST.fullmatch(host)) or "\0" in key:
        raise Problem("bad_email", 400, errors=[{"field": field, "code": "bad_email"}], email=email[:80])
    return key


def checked(kind: type[T], fields: Mapping[str, object]) -> T:
    """Make a structure of what was typed on a command line. Raises `Problem` (400 `bad_value`)."""
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise Problem("bad_value", 400, why=str(error)) from error
