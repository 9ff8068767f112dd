"""What the wallboard shows beside the floor itself: the day's figures and the alerts, looked at every second or two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.i18n import t
from rexian.web.feed.facts import Today
from rexian.web.feed.hub import Hub
from rexian.web.feed.live import LiveView
from rexian.web.feed.wire import Object
from rexian.work.alerts.contract import AgentFacts, AlertBook, HealthFacts, QueueFacts
from rexian.work.figures.contract import Counts, service_level, sums


class Watch:
    """Keeps one hub's figures and alerts current. `simulated`: whether simulated contacts count (in a demo they do)."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, *, simulated: bool) -> None:
        self._db = db
        self._clock = clock
        self._hub = hub
        self._simulated = None if simulated else False
        self._book = AlertBook()

    @property
    def _view(self) -> LiveView:
        return self._hub.view

    async def count(self) -> None:
        """Read today's figures of all queues."""
        by_midnight: dict[int, list[str]] = {}
        for queue in self._view.floor.queues():
            zone = self._view.names.zones.get(queue.tenant_id, "Asia/Shanghai")
            by_midnight.setdefault(midnight(self._clock.now_ms(), zone), []).append(queue.id)
        counts: dict[str, Counts] = {}
        async with self._db.system() as tx:
            for from_at, queue_ids in by_midnight.items():
                counts |= await sums(tx, queue_ids, from_at, simulated=self._simulated)
        figures = {
            queue.id: self._today(queue.id, queue.spec.service_level_ms, counts.get(queue.id, Counts()))
            for queue in self._view.floor.queues()
        }
        self._hub.put_today(figures)

    def _today(self, queue_id: str, threshold_ms: int, counts: Counts) -> Today:
        seconds = f"{threshold_ms / 1000:g}"
        return Today(
            offered=counts.offered,
            answered=counts.answered,
            abandoned=counts.abandoned,
            percent=service_level(counts),
            judged=counts.answered + counts.abandoned - counts.abandoned_in_time,
            threshold_ms=threshold_ms,
            goal=self._view.names.goals.get(queue_id),
            rule=t("zh-CN", "figures.rule.service_level_of", seconds=seconds),
            rule_en=t("en", "figures.rule.service_level_of", seconds=seconds),
        )

    def judge(self, health: Callable[[], HealthFacts]) -> None:
        """Work out the alerts."""
        floor = self._view.floor
        queues = [self._queue_facts(queue.id) for queue in floor.queues() if not queue.retired]
        agents = [self._agent_facts(agent.id) for agent in floor.agents()]
        alerts = self._book.update(self._clock.now_ms(), queues, agents, health())
        rows: dict[str, Object] = {id: msgspec.to_builtins(alert) for id, alert in alerts.items()}
        self._hub.put_alerts(rows)

    def _queue_facts(self, queue_id: str) -> QueueFacts:
        queue = self._view.floor.queue(queue_id)
        assert queue is not None
        today = self._view.today.get(queue_id, Today())
        return QueueFacts(
            id=queue_id,
            waiting=queue.waiting,
            oldest_since_at=self._view.oldest_since(queue_id),
            available_agents=self._view.available(queue_id),
            threshold_ms=queue.spec.service_level_ms,
            goal=today.goal,
            percent=today.percent,
            judged=today.judged,
        )

    def _agent_facts(self, agent_id: str) -> AgentFacts:
        agent = self._view.floor.agent(agent_id)
        assert agent is not None
        practice = self._view.names.practice
        talks = [one for id in agent.handlings if (one := self._view.floor.interaction(id)) is not None]
        real = [one for one in talks if one.tenant_id not in practice]
        since = [talk.accepted_at for talk in real if talk.state == "talking"]
        practises = agent.state == "after_contact_work" and bool(talks) and not real
        return AgentFacts(
            id=agent_id,
            state="available" if practises else agent.state,  # how long practice takes alarms nobody
            reason=agent.reason,
            since_at=agent.since_at,
            talking_since_at=min(since, default=None),
        )


def midnight(now_ms: int, zone: str) -> int:
    """The beginning of the day that it is in `zone`, ms since 1970 UTC."""
    local = datetime.fromtimestamp(now_ms // 1000, UTC).astimezone(ZoneInfo(zone))
    return int(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * 1000
