"""The alert rules, purely: facts and limits in, alerts out. Instants are ms since 1970 UTC, durations ms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec import Struct, field

from rexian.kit.trouble import Trouble

Severity = Literal["warn", "bad"]
Kind = Literal[
    "queue_waiting",
    "longest_wait",
    "nobody_available",
    "service_level",
    "agent_state_long",
    "talk_long",
    "reader_stopped",
    "journal_degraded",
    "voice_down",
    "voice_node_away",
    "relay_refused",
    "relay_unreachable",
    "relay_full",
    "recording_disk_full",
    "recording_failed",
    "messages_unkept",
    "recordings_store_away",
]


class Alert(Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be. `id` stays the same for as long as it lasts, `at` is when it began."""

    id: str
    kind: Kind
    severity: Severity
    at: int
    queue_id: str | None = None
    agent_id: str | None = None
    params: dict[str, Any] = {}


class Limits(Struct, frozen=True, kw_only=True):
    """From where on something is an alert. A limit exceeded twofold is `bad`, otherwise `warn`."""

    waiting: int = 5
    longest_wait_ms: int = 60_000
    longest_wait_thresholds: int = 3  # or so many times the queue's own service level threshold, if that is longer
    service_level_judged: int = 5  # fewer contacts than this say nothing
    service_level_bad_below: int = 20  # points under the goal
    not_ready_ms: int = 30 * 60_000
    not_ready_by_reason_ms: dict[str, int] = field(
        default_factory=lambda: {
            "break": 15 * 60_000,
            "lunch": 60 * 60_000,
            "training": 4 * 3_600_000,
            "meeting": 2 * 3_600_000,
        }
    )
    after_contact_work_ms: int = 5 * 60_000
    talk_ms: int = 20 * 60_000
    never_for: frozenset[str] = frozenset({"signed_out", "disconnected"})


class QueueFacts(Struct, frozen=True, kw_only=True):
    """A queue as it is now. `percent` is today's service level (None: nothing to judge), over `judged` contacts."""

    id: str
    waiting: int
    oldest_since_at: int | None
    available_agents: int
    threshold_ms: int
    goal: int | None = None
    percent: int | None = None
    judged: int = 0


class AgentFacts(Struct, frozen=True, kw_only=True):
    """An agent as he or she is now. `talking_since_at`: the oldest handling that is still talking."""

    id: str
    state: str
    reason: str | None
    since_at: int
    talking_since_at: int | None = None


class HealthFacts(Struct, frozen=True, kw_only=True):
    """How the house itself is. `stopped_readers` maps a reader's name to what stopped it.

    `voice_down`: why nobody can call; `unrecorded`: why calls could not be recorded of late, '' when all is well.
    `voice_nodes_away`: exchanges among several that can't be reached, and why. `relay`: a TURN server, and what keeps
    it from relaying. `messages_unkept`: how many voice messages wait to be kept; `store_away`: why recordings can't be
    carried to their store.
    """

    stopped_readers: dict[str, str] = {}
    degraded: str | None = None
    voice_down: Trouble | None = None
    voice_nodes_away: dict[str, Trouble] = {}
    relay: tuple[str, Literal["refused", "unreachable", "full"]] | None = None
    unrecorded: Literal["", "disk_full", "failed"] = ""
    messages_unkept: int = 0
    store_away: str = ""


class AlertBook:
    """Remembers since when each alert has lasted."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._began: dict[str, int] = {}

    def update(
        self, now: int, queues: Iterable[QueueFacts], agents: Iterable[AgentFacts], health: HealthFacts | None = None
    ) -> dict[str, Alert]:
        """Judge the present facts; returns all alerts that hold, by id."""
        alerts = {
            alert.id: alert
            for part in (
                (alert for queue in queues for alert in judge_queue(queue, self.limits, now)),
                (alert for agent in agents for alert in judge_agent(agent, self.limits, now)),
                judge_health(health or HealthFacts(), now),
            )
            for alert in part
        }
        self._began = {id: self._began.get(id, alert.at) for id, alert in alerts.items()}
        return {id: _since(alert, self._began[id]) for id, alert in alerts.items()}


def _since(alert: Alert, at: int) -> Alert:
    return Alert(
        id=alert.id, kind=alert.kind, severity=alert.severity, at=at,
        queue_id=alert.queue_id, agent_id=alert.agent_id, params=alert.params,
    )  # fmt: skip


def judge_queue(queue: QueueFacts, limits: Limits, now: int) -> Iterator[Alert]:
    """The alerts of one queue."""
    if queue.waiting > limits.waiting:
        severity: Severity = "bad" if queue.waiting > 2 * limits.waiting else "warn"
        yield _queue(queue, "queue_waiting", severity, now, waiting=queue.waiting, limit=limits.waiting)
    if queue.waiting and queue.oldest_since_at is not None:
        yield from _longest_wait(queue, limits, now)
    if queue.waiting and not queue.available_agents:
        yield _queue(queue, "nobody_available", "warn", now, waiting=queue.waiting)
    if queue.percent is not None and queue.goal is not None and queue.judged >= limits.service_level_judged:
        under = queue.goal - queue.percent
        if under > 0:
            severity = "bad" if under > limits.service_level_bad_below else "warn"
            yield _queue(
                queue, "service_level", severity, now,
                percent=queue.percent, goal=queue.goal, threshold_ms=queue.threshold_ms, judged=queue.judged,
            )  # fmt: skip


def _longest_wait(queue: QueueFacts, limits: Limits, now: int) -> Iterator[Alert]:
    limit = max(limits.longest_wait_ms, limits.longest_wait_thresholds * queue.threshold_ms)
    waited = now - (queue.oldest_since_at or now)
    if waited > limit:
        severity: Severity = "bad" if waited > 2 * limit else "warn"
        yield _queue(
            queue, "longest_wait", severity, now - (waited - limit), since_at=queue.oldest_since_at, limit_ms=limit
        )


def _queue(queue: QueueFacts, kind: Kind, severity: Severity, at: int, **params: Any) -> Alert:
    return Alert(id=f"{kind}:{queue.id}", kind=kind, severity=severity, at=at, queue_id=queue.id, params=params)


def judge_agent(agent: AgentFacts, limits: Limits, now: int) -> Iterator[Alert]:
    """The alerts of one agent: too long in a state. Whoever has signed out is left in peace."""
    limit = state_limit_ms(agent.state, agent.reason, limits)
    if limit is not None and now - agent.since_at > limit:
        severity: Severity = "bad" if now - agent.since_at > 2 * limit else "warn"
        yield Alert(
            id=f"agent_state_long:{agent.id}", kind="agent_state_long", severity=severity, at=agent.since_at + limit,
            agent_id=agent.id,
            params={"state": agent.state, "reason": agent.reason, "since_at": agent.since_at, "limit_ms": limit},
        )  # fmt: skip
    since = agent.talking_since_at
    if since is not None and now - since > limits.talk_ms:
        severity = "bad" if now - since > 2 * limits.talk_ms else "warn"
        yield Alert(
            id=f"talk_long:{agent.id}", kind="talk_long", severity=severity, at=since + limits.talk_ms,
            agent_id=agent.id, params={"since_at": since, "limit_ms": limits.talk_ms},
        )  # fmt: skip


def state_limit_ms(state: str, reason: str | None, limits: Limits) -> int | None:
    """How long an agent may stay in a state; None: as long as they like."""
    if state == "after_contact_work":
        return limits.after_contact_work_ms
    if state != "not_ready" or reason in limits.never_for:
        return None
    return limits.not_ready_by_reason_ms.get(reason or "", limits.not_ready_ms)


def _why(trouble: Trouble) -> dict[str, Any]:
    """The reason as a code, so that each reader words it, and in English for whoever doesn't know the code."""
    return {"why": str(trouble), "trouble": trouble.code, "given": trouble.params}


def judge_health(health: HealthFacts, now: int) -> Iterator[Alert]:
    """The alerts of the house itself."""
    for name, error in sorted(health.stopped_readers.items()):
        params: dict[str, Any] = {"reader": name, "error": error}
        yield Alert(id=f"reader_stopped:{name}", kind="reader_stopped", severity="bad", at=now, params=params)
    if health.degraded:
        params = {"why": health.degraded}
        yield Alert(id="journal_degraded", kind="journal_degraded", severity="bad", at=now, params=params)
    if health.voice_down:
        params = _why(health.voice_down)
        yield Alert(id="voice_down", kind="voice_down", severity="bad", at=now, params=params)
    for node, why in sorted(health.voice_nodes_away.items()):
        params = {"node": node} | _why(why)
        yield Alert(id=f"voice_node_away:{node}", kind="voice_node_away", severity="bad", at=now, params=params)
    if health.relay:
        server, word = health.relay
        of_relay: dict[str, Kind] = {
            "refused": "relay_refused", "unreachable": "relay_unreachable", "full": "relay_full",
        }  # fmt: skip
        yield Alert(id="relay", kind=of_relay[word], severity="warn", at=now, params={"server": server})
    if health.unrecorded:
        kind: Kind = "recording_disk_full" if health.unrecorded == "disk_full" else "recording_failed"
        yield Alert(id="recording_failed", kind=kind, severity="bad", at=now)
    if health.messages_unkept:
        waiting = {"messages": health.messages_unkept}
        yield Alert(id="messages_unkept", kind="messages_unkept", severity="bad", at=now, params=waiting)
    if health.store_away:
        params = {"why": health.store_away}
        yield Alert(id="recordings_store_away", kind="recordings_store_away", severity="warn", at=now, params=params)
