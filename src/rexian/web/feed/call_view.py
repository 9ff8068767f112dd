"""What the feed shows of a live call: hold, recording, who else is there, the colleague who is asked."""

from __future__ import annotations

from collections.abc import Mapping

from rexian.engine.floor import Floor
from rexian.engine.state import Interaction
from rexian.web.feed.names import Names
from rexian.web.feed.wire import Object

QUIET = frozenset(("listen", "whisper"))  # a tenant may keep these from its agents
GOING = frozenset(("queued", "offered", "talking"))  # a consultation in these states is shown


def call(floor: Floor, interaction: Interaction, names: Names) -> Object:
    """The part of a handling that is about its call; all at rest for chats."""
    return {
        "held_at": interaction.held_at,
        "held_ms": interaction.held_ms,
        "recording": interaction.recording,
        "participants": participants(interaction.participants, names, names.hides_listeners(interaction.tenant_id)),
        "consult": consult(floor, interaction, names),
    }


def participants(roles: Mapping[str, str], names: Names, discreet: bool) -> list[Object]:
    """Who else is in the call, in the order in which they came; `discreet`: without those whom nobody notices."""
    return [
        {"person_id": id, "name": _name(id, role, names), "role": role}
        for id, role in roles.items()
        if not (discreet and role in QUIET)
    ]


def consult(floor: Floor, interaction: Interaction, names: Names) -> Object | None:
    """The consultation that goes on about this interaction."""
    contact = floor.contact(interaction.contact_id)
    for id in reversed(contact.interaction_ids if contact else ()):
        one = floor.interaction(id)
        if one is not None and one.is_consult and one.consult_of == interaction.id and one.state in GOING:
            return consult_row(one.id, one.state, one.agent_id or one.target_agent_id, one.queue_id, names)
    return None


def consult_row(id: str, state: str, agent_id: str | None, queue_id: str, names: Names) -> Object:
    """How a consultation stands; called by the colleague's name once one is known, till then by the queue's."""
    queue, card = names.queue(queue_id), names.agent(agent_id or "")
    name, name_en = (card.name, card.name) if card else (queue.zh, queue.en)
    return {"interaction_id": id, "state": state, "name": name, "name_en": name_en, "agent_id": agent_id or None}


def asks(consult_of: str | None, consult_by: str | None, names: Names) -> Object:
    """Whom a consultation helps; empty for everything else."""
    card = names.agent(consult_by or "")
    by = {"id": consult_by, "name": card.name if card else ""} if consult_of and consult_by else None
    return {"consult_of": consult_of or "", "consult_by": by}


def caller(attributes: Mapping[str, str]) -> Object | None:
    """The number that a telephone shows, and the network's word on it: never proof of who calls (FAULTS 40)."""
    number = attributes.get("caller")
    return {"number": number, "verstat": attributes.get("verstat", "none")} if number else None


def wall_call(interaction: Interaction, names: Names) -> Object:
    """A call as a supervisor picks it to listen to."""
    return {
        "interaction_id": interaction.id,
        "contact_id": interaction.contact_id,
        "tenant_id": interaction.tenant_id,
        "medium": interaction.medium,
        "since": interaction.accepted_at,
        "held": interaction.held_at > 0,
        "participants": participants(interaction.participants, names, discreet=False),
    }


def _name(id: str, role: str, names: Names) -> str:
    card = names.agent(id) if role != "external" else None
    return card.name if card else ""
