"""Tables of the figures: visits (one row per stay in a queue or reception), quarter-hours, what is known of queues."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from rexian.kit.database import Id, Instant, metadata

figures_visit = Table(
    "figures_visit",
    metadata,
    Column("interaction_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("contact_id", Id, nullable=False),
    Column("queue_id", Id),  # null: in reception, where no queue has been chosen yet
    Column("simulated", Boolean, nullable=False),
    Column("threshold_ms", BigInteger, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("answered_at", Instant, nullable=False),
    Column("agent_id", Id),
    Column("talk_ended_at", Instant, nullable=False),
    Column("left_at", Instant, nullable=False),
    Column("score", Integer, nullable=False),
    Column("held_at", Instant, nullable=False, server_default="0"),
    Column("hold_ms", BigInteger, nullable=False, server_default="0"),
    Column("consult_of", Id),  # asked beside another one: not counted until it takes that one's place
    Column("seq", BigInteger, nullable=False),
    Index(None, "queue_id", "entered_at"),
    info={"tenant": True},
)

figures_interval = Table(
    "figures_interval",
    metadata,
    Column("queue_id", Id, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("simulated", Boolean, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    *(
        Column(name, BigInteger, nullable=False, server_default="0")
        for name in (
            "offered", "answered", "answered_in_time", "abandoned", "abandoned_in_time", "moved", "waited_ms",
            "longest_wait_ms", "handled", "talk_ms", "hold_ms", "acw_ms", "ratings", "rating_sum", "satisfied",
        )
    ),
    info={"tenant": True},
)  # fmt: skip

figures_reception = Table(
    "figures_reception",
    metadata,
    Column("tenant_id", Id, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("simulated", Boolean, primary_key=True),
    Column("received", BigInteger, nullable=False, server_default="0"),
    Column("left", BigInteger, nullable=False, server_default="0"),
    info={"tenant": True},
)

figures_queue = Table(
    "figures_queue",
    metadata,
    Column("queue_id", Id, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("threshold_ms", BigInteger, nullable=False),
    info={"tenant": True},
)
