"""What the runtime tells Prometheus."""

from __future__ import annotations

from rexian.kit import metrics

EVENTS = metrics.counter("rexian_floor_events_total", "Events committed", ["floor"])
COMMANDS = metrics.counter("rexian_floor_commands_total", "Commands answered", ["floor", "outcome"])
COMMIT_SECONDS = metrics.histogram("rexian_floor_commit_seconds", "Time that one append took", ["floor"])
BATCH = metrics.histogram(
    "rexian_floor_batch_commands",
    "Commands in one append",
    ["floor"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
)
INBOX = metrics.gauge("rexian_floor_inbox", "Commands waiting for the floor", ["floor"])
LEADING = metrics.gauge("rexian_floor_leading", "1 while this process leads the floor", ["floor"])
RECOVERIES = metrics.counter("rexian_floor_recoveries_total", "Times the floor was folded from its journal", ["floor"])
LISTENER_FAILURES = metrics.counter("rexian_floor_listener_failures_total", "Listeners that raised", ["floor"])
READER_SEQ = metrics.gauge("rexian_reader_seq", "How far a reader has come in the journal", ["reader", "floor"])
READER_STOPPED = metrics.gauge("rexian_reader_stopped", "1 when a reader failed and stopped", ["reader", "floor"])
