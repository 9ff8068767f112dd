"""Alembic's entry: runs the revisions on the connection that `rexian.kit.migrate` hands over."""

from __future__ import annotations

from alembic import context

from rexian.kit import migrate

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    process_revision_directives=migrate.add_walls,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
