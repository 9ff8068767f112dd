"""Tables of the reception slice."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from rexian.directory.reception.model import Flow
from rexian.directory.versions.shelf import Kind
from rexian.directory.versions.table import versioned
from rexian.kit.database import Id, Instant, metadata

reception_flow = versioned("reception_flow", "flow")
FLOWS = Kind(reception_flow, "flow", Flow, "reception", changed="reception_draft_changed", invalid="reception_invalid")

prompt_file = Table(
    "prompt_file",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
    Column("locale", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),  # of the file as it was sent
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("ms", Integer, nullable=False),
    Column("sound", LargeBinary, nullable=False),  # WAV, mono, 8,000 Hz, mu law: at most 1 MB
    Column("created_at", Instant, nullable=False),
    Column("created_by", Id),
    info={"tenant": True},
)
