"""Tables of the policies slice."""

from __future__ import annotations

from rexian.directory.policies.model import Body
from rexian.directory.versions.shelf import Kind
from rexian.directory.versions.table import versioned

routing_policy = versioned("routing_policy", "body")
POLICIES = Kind(routing_policy, "body", Body, "routing", changed="routing_draft_changed", invalid="policy_invalid")
