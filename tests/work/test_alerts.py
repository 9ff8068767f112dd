"""Alerts: each says what is wrong and where the limit is, begins once, and goes away when it is over."""

from __future__ import annotations

import typing
from typing import Any

import pytest

from rexian.kit.trouble import Trouble
from rexian.work.alerts.contract import AgentFacts, AlertBook, HealthFacts, QueueFacts, explain
from rexian.work.alerts.model import Kind, Limits, judge_agent, judge_queue

NOW = 1_760_000_000_000
MINUTE = 60_000


def queue(**facts: Any) -> QueueFacts:
    base: dict[str, Any] = {
        "id": "q1",
        "waiting": 0,
        "oldest_since_at": None,
        "available_agents": 2,
        "threshold_ms": 20_000,
    }
    return QueueFacts(**({"threshold_ms": 20_000} | base | facts))


def agent(state: str, minutes: float, reason: str | None = None, **facts: Any) -> AgentFacts:
    return AgentFacts(id="a1", state=state, reason=reason, since_at=NOW - int(minutes * MINUTE), **facts)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"waiting": 5}, {}),
        ({"waiting": 6}, {"queue_waiting": "warn"}),
        ({"waiting": 11}, {"queue_waiting": "bad"}),
        ({"waiting": 1, "oldest_since_at": NOW - MINUTE}, {}),
        ({"waiting": 1, "oldest_since_at": NOW - MINUTE - 1}, {"longest_wait": "warn"}),
        ({"waiting": 1, "oldest_since_at": NOW - 3 * MINUTE}, {"longest_wait": "bad"}),
        ({"waiting": 1, "oldest_since_at": NOW - 3 * MINUTE, "threshold_ms": 5 * MINUTE}, {}),
        ({"waiting": 1, "available_agents": 0}, {"nobody_available": "warn"}),
        ({"percent": 79, "goal": 80, "judged": 5}, {"service_level": "warn"}),
        ({"percent": 40, "goal": 80, "judged": 5}, {"service_level": "bad"}),
        ({"percent": 0, "goal": 80, "judged": 4}, {}),
        ({"percent": None, "goal": 80, "judged": 50}, {}),
        ({"percent": 80, "goal": 80, "judged": 50}, {}),
    ],
)
def test_queues(facts: dict[str, Any], expected: dict[str, str]) -> None:
    assert {alert.kind: alert.severity for alert in judge_queue(queue(**facts), Limits(), NOW)} == expected


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        (agent("available", 600), None),
        (agent("not_ready", 31), "warn"),
        (agent("not_ready", 14, "break"), None),
        (agent("not_ready", 16, "break"), "warn"),
        (agent("not_ready", 31, "break"), "bad"),
        (agent("not_ready", 6000, "signed_out"), None),
        (agent("not_ready", 6000, "disconnected"), None),
        (agent("after_contact_work", 6), "warn"),
    ],
)
def test_agents_too_long_in_a_state(facts: AgentFacts, severity: str | None) -> None:
    assert [alert.severity for alert in judge_agent(facts, Limits(), NOW)] == ([severity] if severity else [])


def test_an_interaction_that_lasts_too_long() -> None:
    facts = agent("available", 600, talking_since_at=NOW - 21 * MINUTE)
    assert [alert.kind for alert in judge_agent(facts, Limits(), NOW)] == ["talk_long"]


def test_an_alert_keeps_its_id_and_its_beginning_until_it_is_over() -> None:
    book = AlertBook()
    first = book.update(NOW, [queue(waiting=6)], [])
    later = book.update(NOW + 5000, [queue(waiting=12)], [])
    assert list(first) == list(later) == ["queue_waiting:q1"]
    assert later["queue_waiting:q1"].at == NOW
    assert later["queue_waiting:q1"].severity == "bad"
    assert book.update(NOW + 6000, [queue(waiting=1)], []) == {}
    assert book.update(NOW + 7000, [queue(waiting=6)], [])["queue_waiting:q1"].at == NOW + 7000


KILLED = Trouble("media_gone")
OLD = Trouble("asterisk_old", {"node": "http://b/ari", "version": "20.1.0", "wanted": "22.4"})


def test_the_house_itself_alarms() -> None:
    ill = HealthFacts(stopped_readers={"figures": "boom"}, degraded="database", voice_down=KILLED, unrecorded="failed")
    kinds = {alert.kind for alert in AlertBook().update(NOW, [], [], ill).values()}
    assert kinds == {"reader_stopped", "journal_degraded", "voice_down", "recording_failed"}


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_kind_is_explained_with_its_parameters(locale: str) -> None:
    facts = queue(waiting=9, oldest_since_at=NOW - 125_000, available_agents=0, percent=50, goal=80, judged=9)
    people = [agent("not_ready", 40, "break", talking_since_at=NOW - 30 * MINUTE)]
    health = HealthFacts(stopped_readers={"figures": "boom"}, degraded="database", voice_down=KILLED)
    alerts = list(AlertBook().update(NOW, [facts], people, health).values())
    for unrecorded in ("disk_full", "failed"):
        alerts += AlertBook().update(NOW, [], [], HealthFacts(unrecorded=unrecorded)).values()
    keeping = HealthFacts(messages_unkept=2, store_away="connection refused")
    alerts += AlertBook().update(NOW, [], [], keeping).values()
    for word in ("refused", "unreachable", "full"):
        voice = HealthFacts(relay=("turn.example.com", word), voice_nodes_away={"b": OLD})
        alerts += AlertBook().update(NOW, [], [], voice).values()
    assert {alert.kind for alert in alerts} == set(typing.get_args(Kind))
    for alert in alerts:
        text = explain(alert, locale, NOW, {"q1": "手机售后", "a1": "李晓雯"})
        if alert.kind in ("voice_down", "voice_node_away"):
            assert (KILLED if alert.kind == "voice_down" else OLD).said(locale) in text
        assert "{" not in text
        assert "alerts." not in text


def test_an_explanation_reads_naturally() -> None:
    facts = queue(waiting=9, oldest_since_at=NOW - 125_000)
    texts = [explain(a, "zh-CN", NOW, {"q1": "手机售后"}) for a in AlertBook().update(NOW, [facts], []).values()]
    assert texts == ["「手机售后」有 9 人在等，超过 5 人", "「手机售后」等得最久的客户已等 2 分 5 秒，超过 1 分钟"]
