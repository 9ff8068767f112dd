"""What the API of the reception takes and gives."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rexian.directory.reception.model import Flow
from rexian.directory.versions.model import Edition, Finding, Findings, Note

Locale = Literal["zh-CN", "en"]


class Version(Edition, frozen=True, kw_only=True):
    """One version with all that it says."""

    flow: Flow


class PromptFile(Struct, frozen=True, kw_only=True):
    """A sound of the tenant's own for one prompt in one language; `ms`: how long it lasts."""

    locale: Locale
    key: str
    name: str
    size: int
    ms: int
    sha256: str
    created_at: int


class Reception(Struct, frozen=True, kw_only=True):
    """All about how a tenant receives callers. `usual`: what holds while nothing is published.

    `etag` stands for the draft as it is now, or for there being none.
    """

    tenant_id: str
    etag: str
    present: Version | None
    draft: Version | None
    versions: list[Edition]
    usual: Flow
    files: list[PromptFile]


class FlowSave(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be the draft."""

    flow: Flow
    note: Note = ""


class FlowCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be looked at."""

    flow: Flow


class FlowSaved(Findings, frozen=True, kw_only=True):
    """The draft as it was saved, and what is to be said about it."""

    draft: Version
    etag: str


class FlowPublished(Struct, frozen=True, kw_only=True):
    """The version that holds now."""

    present: Version
    warnings: list[Finding]
