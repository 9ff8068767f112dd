"""What recordings are to the outside, and the rule by which a tenant keeps them. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Consent = Literal["always", "prompt", "never"]
DAY_MS = 86_400_000
KeepDays = Annotated[int, Meta(ge=1, le=3_650, description="Days until a recording is erased.")]


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`consent`: `always` records and says so first, `prompt` asks (silence is a no), `never` records nothing."""

    consent: Consent = "always"
    keep_days: KeepDays = 90


class Span(Struct, frozen=True, array_like=True):
    """From … to (not included), ms from the recording's start."""

    from_ms: int
    to_ms: int


class Picture(Struct, frozen=True, kw_only=True):
    """What a player draws. `customer`, `agent`: loudest sample of each bucket, 0…255 of full scale; a bucket is
    `bucket_ms` long, and there are at most 4,000. Of a voice message the agent's track is silent.

    `silences`: both are silent (below -40 dB) for two seconds and more; `overlaps`: both speak at once for
    0.3 s and more.
    """

    bucket_ms: int
    customer: list[int]
    agent: list[int]
    silences: list[Span]
    overlaps: list[Span]


class Recording(Struct, frozen=True, kw_only=True):
    """A recording. `kind`: `call`, or `message` (words that a caller left). `state`: writing, kept, erased (by rule or
    by hand) or lost.

    `why`: how it ended: `stopped`, `leg_ended`, `disk_full`, `failed`, `engine_down` (its writer died), `lost` (nothing
    of it can be read), empty while it is being written. `duration_ms`: of the sound. `size` (bytes) and `sha256`
    (hexadecimal): of the sealed file. `erase_at`: its day by the rule, which a hold (`hold_at`) puts off. Instants
    are ms since 1970 UTC, null: not yet, or not so.
    """

    id: str
    tenant_id: str
    contact_id: str
    interaction_id: str
    kind: str
    state: str
    why: str
    started_at: int
    ended_at: int | None
    duration_ms: int
    size: int
    sha256: str
    hold_reason: str | None
    hold_at: int | None
    erase_at: int | None
    erased_at: int | None


class RecordingDetail(Recording, frozen=True, kw_only=True):
    """With its picture, once that is drawn (a moment after the end)."""

    picture: Picture | None


class Listening(Struct, frozen=True, kw_only=True):
    """The address of the sound, good until `until` (ms since 1970 UTC) for whoever asked."""

    url: str
    until: int


class Hold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it must not be erased (a lawsuit, a complaint)."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
