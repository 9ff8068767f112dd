"""What a routing policy is to the people who write it: the engine's policy, with names for its rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rexian.directory.text import Name, NameEn
from rexian.directory.versions.model import Author, Edition, Finding, Findings, Note
from rexian.engine import specs
from rexian.engine.specs import Alternative, Policy, QueuePolicy, StepKind, Strategy

MAX_QUEUES = 500
MAX_STEPS = 10
MAX_SHARES = 20
MAX_RULES = 50
MAX_VALUES = 100
MAX_ATTRIBUTES = 20
DAY_MS = 86_400_000

# Ranges are checked one by one, so that a form learns which of them is broken; here only what no number may be.
Number = Annotated[int, Meta(ge=-(2**53), le=2**53)]
SkillName = Annotated[
    str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00]*$", description="As the engine names it.")
]
Value = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
RuleId = Annotated[
    str,
    Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$(?!\n)", description="A lasting name."),
]
Needs = Annotated[dict[SkillName, Number], Meta(max_length=20)]
Alternatives = Annotated[tuple[Alternative, ...], Meta(max_length=4)]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a policy's body. Defaults are the engine's."""


class StepForm(Part, frozen=True, kw_only=True):
    """One widening. `needs` replaces what was asked for before (null: as before); levels once lowered stay lowered."""

    after_ms: Number
    kind: StepKind
    needs: Needs | None = None
    lower: Number = 0
    alternatives: Alternatives = ()


class ShareForm(Part, frozen=True, kw_only=True):
    """What a partner gets of a queue, in percent; `floor` at least, `ceiling` at most at once (0: no limit)."""

    partner: SkillName
    percent: Number
    floor: Number = 0
    ceiling: Number = 0


class LendForm(Part, frozen=True, kw_only=True):
    """When minor skills are lent, and until when."""

    waiting: Number = 0
    waited_ms: Number = 0
    until_waiting: Number = 0


class ReserveForm(Part, frozen=True, kw_only=True):
    """So many free agents with the skill are kept for this queue."""

    skill: SkillName
    keep: Number


class QueueForm(Part, frozen=True, kw_only=True):
    """How contacts of one queue are routed."""

    strategy: Strategy = "longest_idle"
    steps: Annotated[tuple[StepForm, ...], Meta(max_length=MAX_STEPS)] = ()
    last_agent_ms: Number = 0
    named_agent_ms: Number = 60_000
    shares: Annotated[tuple[ShareForm, ...], Meta(max_length=MAX_SHARES)] = ()
    lend: LendForm | None = None
    reserve: ReserveForm | None = None
    interruptible: bool = False
    max_wait_ms: Number = 0
    alternatives: Alternatives = ()
    call_back_lead_ms: Number = 300_000


class RuleForm(Part, frozen=True, kw_only=True):
    """A head start for the contacts that it fits. `on` false: only when somebody switches it on."""

    id: RuleId
    name: Name
    name_en: NameEn = ""
    when: Annotated[dict[Value, tuple[Value, ...]], Meta(max_length=2 * MAX_ATTRIBUTES)] = {}
    boost_ms: Number = 0
    emergency: bool = False
    from_at: Number = 0
    until_at: Number = 0
    on: bool = True

    def title(self, locale: str) -> str:
        return (self.name_en or self.name) if locale == "en" else self.name


class Body(Part, frozen=True, kw_only=True):
    """A tenant's routing policy. Queues that are not named are routed by the defaults."""

    queues: Annotated[dict[Annotated[str, Meta(max_length=36)], QueueForm], Meta(max_length=MAX_QUEUES)] = {}
    rules: Annotated[tuple[RuleForm, ...], Meta(max_length=MAX_RULES)] = ()


class QueueWords(Struct, frozen=True, kw_only=True):
    """How a queue is routed, in sentences."""

    queue_id: str
    name: str
    lines: list[str]


class RuleWords(Struct, frozen=True, kw_only=True):
    """What a rule does, in sentences."""

    id: str
    name: str
    lines: list[str]


class PolicyWords(Struct, frozen=True, kw_only=True):
    queues: list[QueueWords]
    rules: list[RuleWords]


class Version(Edition, frozen=True, kw_only=True):
    """One version with all that it says."""

    body: Body
    words: PolicyWords


class LastSwitch(Struct, frozen=True, kw_only=True):
    """Who switched a rule last by hand, and when."""

    at: int
    by: Author | None
    on: bool


class RuleNow(Struct, frozen=True, kw_only=True):
    """A rule of the present version; `active` is what the floor says now."""

    id: str
    name: str
    name_en: str
    active: bool
    boost_ms: int
    emergency: bool
    from_at: int
    until_at: int
    on: bool
    switched: LastSwitch | None = None


class FloorVersion(Struct, frozen=True, kw_only=True):
    """The version that a floor runs; 0: none yet."""

    floor_id: str
    version: int


class PolicyView(Struct, frozen=True, kw_only=True):
    """All about a tenant's routing policy. `etag` stands for the draft as it is now, or for there being none."""

    tenant_id: str
    etag: str
    present: Version | None
    draft: Version | None
    versions: list[Edition]
    rules: list[RuleNow]
    floors: list[FloorVersion]


class DraftSave(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be the draft."""

    body: Body
    note: Note = ""


class DraftCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be looked at; without `body` the saved draft."""

    body: Body | None = None


class Switch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    on: bool


class SavedDraft(Findings, frozen=True, kw_only=True):
    """The draft as it was saved, and what is to be said about it."""

    draft: Version
    etag: str


class Checked(Findings, frozen=True, kw_only=True):
    words: PolicyWords


class Published(Struct, frozen=True, kw_only=True):
    """The version that holds now, and the floors that have committed it."""

    present: Version
    floors: list[FloorVersion]
    warnings: list[Finding]


class Switched(Struct, frozen=True, kw_only=True):
    id: str
    active: bool
    floors: list[FloorVersion]


def to_engine(tenant_id: str, version: int, body: Body, permission: dict[str, int], queue_ids: set[str]) -> Policy:
    """The policy as the engine takes it.

    `permission` is asked for in every step besides what the step says; queues that are gone are left out.
    """
    queues = {id: _queue(form, permission) for id, form in sorted(body.queues.items()) if id in queue_ids}
    rules = tuple(_rule(form) for form in body.rules)
    return Policy(tenant_id=tenant_id, version=version, queues=queues, rules=rules)


def carried(steps: Sequence[StepForm]) -> list[StepForm]:
    """The steps as they hold: what one doesn't say stays as the one before left it.

    The engine takes each step by itself: there a step without needs asks for what the queue asks for.
    """
    held: list[StepForm] = []
    for step in steps:
        needs, lower = (held[-1].needs, held[-1].lower) if held else (None, 0)
        held.append(
            msgspec.structs.replace(
                step, needs=needs if step.needs is None else step.needs, lower=max(lower, step.lower)
            )
        )
    return held


def _queue(form: QueueForm, permission: dict[str, int]) -> QueuePolicy:
    plain = {name: getattr(form, name) for name in QueuePolicy.__struct_fields__ if hasattr(form, name)}
    steps = tuple(
        specs.Step(
            after_ms=step.after_ms,
            kind=step.kind,
            needs=None if step.needs is None else dict(sorted({**step.needs, **permission}.items())),
            lower=step.lower,
            alternatives=step.alternatives,
        )
        for step in carried(form.steps)
    )
    return QueuePolicy(
        **plain
        | {
            "steps": steps,
            "shares": tuple(specs.Share(**msgspec.structs.asdict(share)) for share in form.shares),
            "lend": None if form.lend is None else specs.Lend(**msgspec.structs.asdict(form.lend)),
            "reserve": None if form.reserve is None else specs.Reserve(**msgspec.structs.asdict(form.reserve)),
        }
    )


def _rule(form: RuleForm) -> specs.Rule:
    return specs.Rule(
        id=form.id,
        when=form.when,
        boost_ms=form.boost_ms,
        emergency=form.emergency,
        from_at=form.from_at,
        until_at=form.until_at,
        on=form.on,
    )
