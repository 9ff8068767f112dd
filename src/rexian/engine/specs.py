"""Values that commands and events carry: what a queue, an agent and a request are to the engine.

Ids are opaque strings. Skills are named by the directory (`product:phone`, `lang:zh-CN`, `tenant:<id>`,
`queue:<name>`); levels run from 1 to 5. Durations are milliseconds.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

Medium = Literal["chat", "voice", "social", "email", "sms"]
MEDIA: tuple[Medium, ...] = ("chat", "voice", "social", "email", "sms")

Strategy = Literal["longest_idle", "least_occupied", "best_fitting", "fewest_contacts", "weighted_shares"]
STRATEGIES: tuple[Strategy, ...] = (
    "longest_idle", "least_occupied", "best_fitting", "fewest_contacts", "weighted_shares",
)  # fmt: skip
Alternative = Literal["call_back", "scheduled_call_back", "message", "self_service"]
StepKind = Literal["lower_level", "other_team", "partner", "other_site", "anyone", "alternatives"]

AgentState = Literal["available", "not_ready", "after_contact_work"]
PartyKind = Literal["customer", "agent", "system"]
NoteKind = Literal["prompt", "choice", "note"]
SupervisorRole = Literal["listen", "whisper", "barge"]
ParticipantRole = Literal["listen", "whisper", "barge", "external"]
RecordingState = Literal["on", "paused", "off"]

MAX_LEVEL = 5
PERMISSIONS = ("tenant:", "scope:")  # such skills are permissions, not proficiencies


class Party(Struct, frozen=True, gc=False):
    """Who did something. `id`: a person id for agents, a customer id for customers, a part's name for the system."""

    kind: PartyKind
    id: str


class QueueSpec(Struct, frozen=True, kw_only=True):
    """What the engine must know of a queue. `needs` are the skills that every contact of the queue asks for."""

    id: str
    tenant_id: str
    needs: dict[str, int] = {}
    priority: int = 0  # credit in ms: a head start over contacts of other queues
    slope: int = 1  # how fast waiting counts, relative to other queues
    ring_ms: int = 20_000
    proof_ms: int = 2_000  # page and microphone must answer an offer within this time
    acw_ms: int = 60_000
    acw_extension_ms: int = 60_000
    acw_extensions: int = 3
    away_waiting_ms: int = 120_000  # a customer whose page is gone this long has left the queue
    away_talking_ms: int = 900_000
    service_level_ms: int = 20_000
    max_waiting: int = 0  # 0: no limit
    rating_ms: int = 86_400_000  # how long after the end a rating is still taken


class Mix(Struct, frozen=True, kw_only=True):
    """How media share one agent. A contact of medium m takes `weights[m]` of `limit` (0 when not named).

    `interrupts[m]`: media whose contacts don't count against m, because m may interrupt them (a call may come in over
    chats; while it lasts no further chat fits, for the call counts against chats).
    """

    limit: int = 100
    weights: dict[Medium, int] = {}
    interrupts: dict[Medium, tuple[Medium, ...]] = {}


class AgentSpec(Struct, frozen=True, kw_only=True):
    """What the engine must know of an agent. `minor` names skills that are only lent when no major agent is free.

    `capacity` is the most contacts of each medium at once; `mix`, when given, bounds them together.
    """

    id: str
    skills: dict[str, int] = {}
    minor: tuple[str, ...] = ()
    capacity: dict[Medium, int] = field(default_factory=lambda: {"chat": 3})
    mix: Mix | None = None
    no_answer_limit: int = 1  # unanswered offers in a row before the agent is made not ready; 0: never


# -- policy: how a tenant wants its queues to be routed ----------------------------------------------------------------
class Step(Struct, frozen=True, kw_only=True):
    """One widening: from `after_ms` in the queue on, ask for less. The place in the line stays.

    `needs` replaces the queue's (None: unchanged). `lower` takes so many levels off the contact's own needs, not below
    1 and never off permissions. `alternatives` are offered to the customer besides waiting on.
    """

    after_ms: int
    kind: StepKind
    needs: dict[str, int] | None = None
    lower: int = 0
    alternatives: tuple[Alternative, ...] = ()


class Share(Struct, frozen=True, kw_only=True):
    """What a partner gets of a queue: agents with the skill `partner`. Percent of the offers, where there is a choice.

    Under `floor` percent the partner comes first; `ceiling` (0: none) is the most of its contacts at once, and is hard.
    """

    partner: str
    percent: int
    floor: int = 0
    ceiling: int = 0


class Lend(Struct, frozen=True, kw_only=True):
    """Minor skills are lent to the queue from `waiting` contacts or `waited_ms` of the longest wait on (0: never),
    until no more than `until_waiting` wait and none for so long.
    """

    waiting: int = 0
    waited_ms: int = 0
    until_waiting: int = 0


class Reserve(Struct, frozen=True, kw_only=True):
    """At least `keep` free agents with `skill` are kept for this queue: no other queue's contact takes one of them."""

    skill: str
    keep: int


class QueuePolicy(Struct, frozen=True, kw_only=True):
    """How contacts of one queue are routed. The defaults route by idle time, without widening.

    `last_agent_ms`, `named_agent_ms`: how long a contact waits for the person it prefers before it is anybody's (0: the
    preference counts only if that person is free at once). `interruptible`: its handlings may be interrupted by an
    emergency. `max_wait_ms`: new contacts are turned away, with `alternatives`, when even the low end of the expected
    wait is longer (0: never). `call_back_lead_ms`: the head start of a booked call-back at its time.
    """

    strategy: Strategy = "longest_idle"
    steps: tuple[Step, ...] = ()
    last_agent_ms: int = 0
    named_agent_ms: int = 60_000
    shares: tuple[Share, ...] = ()
    lend: Lend | None = None
    reserve: Reserve | None = None
    interruptible: bool = False
    max_wait_ms: int = 0
    alternatives: tuple[Alternative, ...] = ()
    call_back_lead_ms: int = 300_000


class Rule(Struct, frozen=True, kw_only=True):
    """A head start of `boost_ms` for the contacts that it fits: disaster, exam season, festival …

    `when`: attribute → values of which one must be the contact's; all attributes named must fit. Attributes are what
    `StartContact` carries (`region`, `customer_kind`, `topic` …) and `queue`, `medium`, `tenant`. Active between
    `from_at` and `until_at` (ms since 1970 UTC; 0: open), or as switched by hand. `emergency`: these contacts pass
    everything and may interrupt.
    """

    id: str
    when: dict[str, tuple[str, ...]] = {}
    boost_ms: int = 0
    emergency: bool = False
    from_at: int = 0
    until_at: int = 0
    on: bool = True  # False: only when switched on by hand


class Policy(Struct, frozen=True, kw_only=True):
    """One tenant's routing policy, in one version. A new one replaces the old one at once, for those waiting too."""

    tenant_id: str
    version: int
    queues: dict[str, QueuePolicy] = {}
    rules: tuple[Rule, ...] = ()


# -- reasons ---------------------------------------------------------------------------------------------------------
class Passed(Struct, frozen=True, gc=False):
    """An agent who could have taken it and was not chosen. `why`: `minor_skill`, `share_reached`, `busier`, or by the
    strategy `shorter_idle`, `more_occupied`, `broader_skills`, `more_contacts`.
    """

    agent_id: str
    why: str


class Reason(Struct, frozen=True, kw_only=True, gc=False):
    """Why an offer went to this agent. Codes, not sentences: the trace puts them into the reader's language.

    `rule`: `only_one_free`, a strategy's name (several were free), `agent_freed` (the agent pulled the highest score),
    `interrupts` (an emergency), `transfer_to_agent`, `last_agent`, `named_agent`.
    `blocked`: how many free agents with the skills it must not go to, by cause: `declined`, `reserved`, `not_lent`,
    `ceiling` (only counted when the contact looked for an agent). `next_up`: the interaction that the freed agent would
    have taken otherwise.
    """

    rule: str
    waited_ms: int
    needs: dict[str, int] = {}
    idle_ms: int = 0
    candidates: int = 1
    runner_up: Passed | None = None
    attempt: int = 1
    step: int = 0
    score: int = 0
    blocked: dict[str, int] = {}
    next_up: str | None = None
    policy: int = 0  # version of the tenant's policy; 0: none yet
