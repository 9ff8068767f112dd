"""Table of the drill: what the ribbon says."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text

from rexian.kit.database import Instant, metadata

demo_control = Table(
    "demo_control",
    metadata,
    Column("name", Text, primary_key=True),
    Column("on", Boolean, nullable=False),
    Column("speed", Integer, nullable=False),
    Column("purged_at", Instant, nullable=False, server_default="0"),
    info={"tenant": False, "why": "one simulated population for the whole demo city"},
)
