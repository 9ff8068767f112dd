"""Values that commands and events carry: what a queue, an agent and a request are to the engine.

Ids are opaque strings. Skills are named by the directory (`product:phone`, `lang:zh-CN`, `tenant:<id>`,
`queue:<name>`); levels run from 1 to 5. Durations are milliseconds.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

Medium = Literal["chat", "voice", "social", "email", "sms"]
MEDIA: tuple[Medium, ...] = ("chat", "voice", "social", "email", "sms")

AgentState = Literal["available", "not_ready", "after_contact_work"]
PartyKind = Literal["customer", "agent", "system"]

MAX_LEVEL = 5


class Party(Struct, frozen=True):
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


class AgentSpec(Struct, frozen=True, kw_only=True):
    """What the engine must know of an agent. `minor` names skills that are only lent when no major agent is free."""

    id: str
    skills: dict[str, int] = {}
    minor: tuple[str, ...] = ()
    capacity: dict[Medium, int] = field(default_factory=lambda: {"chat": 3})
    no_answer_limit: int = 1  # unanswered offers in a row before the agent is made not ready; 0: never


class Passed(Struct, frozen=True):
    """An agent who was eligible and was not chosen, and why: one of `busier`, `shorter_idle`, `minor_skill`."""

    agent_id: str
    why: str


class Reason(Struct, frozen=True, kw_only=True):
    """Why an offer went to this agent. Codes, not sentences: the trace puts them into the reader's language."""

    rule: str  # "longest_idle" | "only_one_free" | "agent_freed" | "transfer_to_agent"
    waited_ms: int
    needs: dict[str, int] = {}
    idle_ms: int = 0
    candidates: int = 1
    runner_up: Passed | None = None
    attempt: int = 1
