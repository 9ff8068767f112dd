"""What others may use of the alerts: the book that the wallboard's feed keeps, the facts it wants, alerts in words."""

from __future__ import annotations

from typing import Any

from rexian.kit import i18n
from rexian.kit.i18n import t
from rexian.kit.trouble import Trouble
from rexian.work.alerts.model import AgentFacts, Alert, AlertBook, HealthFacts, Limits, QueueFacts

__all__ = ["AgentFacts", "Alert", "AlertBook", "HealthFacts", "Limits", "QueueFacts", "explain"]


def explain(alert: Alert, locale: str, now: int, names: dict[str, str] | None = None) -> str:
    """Say the alert in words, with its parameters; `names` maps queue and agent ids to names."""
    known = names or {}
    params: dict[str, Any] = dict(alert.params)
    if "since_at" in params:
        params["for"] = _minutes(now - params["since_at"], locale)
    if "limit_ms" in params:
        params["limit"] = _minutes(params["limit_ms"], locale)
    if "threshold_ms" in params:
        params["seconds"] = f"{params['threshold_ms'] / 1000:g}"
    if "state" in params:
        params["state"] = t(locale, f"alerts.state.{params['state']}")
        reason = params.get("reason") or ""
        if reason:
            key = f"trace.reason.{reason}"
            params["state"] += t(locale, "alerts.reason", reason=t(locale, key) if i18n.has(key) else reason)
    if "trouble" in params:
        params["why"] = Trouble(params["trouble"], params["given"]).said(locale)
    params["queue"] = known.get(alert.queue_id or "", "")
    params["agent"] = known.get(alert.agent_id or "", "")
    return t(locale, f"alerts.{alert.kind}", **params)


def _minutes(ms: int, locale: str) -> str:
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    key = "alerts.minutes" if not seconds else "alerts.minutes_seconds" if minutes else "alerts.seconds"
    return t(locale, key, m=minutes, s=seconds)
