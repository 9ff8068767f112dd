"""Tables of sign-in. No secret is stored as it is: passwords and tokens hashed, the second factor's key encrypted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from rexian.kit.database import Id, Instant, metadata

credential = Table(
    "credential",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False),
    Column("password_hash", Text),
    Column("password_at", Instant),
    Column("totp_sealed", LargeBinary),
    Column("totp_confirmed_at", Instant),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),  # the last 30 s step whose code was used
    info={"tenant": True},
)

session = Table(
    "session",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("previous_hash", LargeBinary, unique=True),  # still taken for a moment after a rotation
    Column("rotated_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("browser", Text, nullable=False),
    info={"tenant": True},
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("hint", Text, nullable=False),  # the last four characters, to tell tokens apart
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    info={"tenant": True},
)

brake = Table(
    "sign_in_brake",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # a keyed hash: no list of tried e-mails or addresses lies around
    Column("failures", Integer, nullable=False),
    Column("failed_at", Instant, nullable=False),
    Column("open_at", Instant, nullable=False),
    info={"tenant": False, "why": "counts attempts before it is known whose they are"},
)
