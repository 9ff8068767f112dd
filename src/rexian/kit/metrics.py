"""Figures of the process for Prometheus, on one registry: `metrics.counter("rexian_x_total", "…", ["floor"])`."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

registry = CollectorRegistry()
ProcessCollector(registry=registry)
PlatformCollector(registry=registry)

SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def counter(name: str, what: str, labels: Sequence[str] = ()) -> Counter:
    return Counter(name, what, labels, registry=registry)


def gauge(name: str, what: str, labels: Sequence[str] = ()) -> Gauge:
    return Gauge(name, what, labels, registry=registry)


def histogram(name: str, what: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS) -> Histogram:
    return Histogram(name, what, labels, registry=registry, buckets=buckets)


def exposition() -> tuple[bytes, str]:
    """Return the body and the content type of the `/metrics` page."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
