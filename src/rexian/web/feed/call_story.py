"""The part of a contact's story that is about calls: reception, hold, who else is there, consultations, recording.

Beside the view it keeps what the view hides (`supervision_shown`) and whom a consultation waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rexian.engine import events
from rexian.engine.events import AnyEvent
from rexian.runtime.port import Content
from rexian.web.feed.call_view import GOING, asks, consult_row, participants
from rexian.web.feed.names import Names
from rexian.web.feed.wire import Change, Object

Row = Callable[[str], Object]


class CallStory:
    """Folds one contact's events into parts of its interactions."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._tenant_id = ""
        self._roles: dict[str, dict[str, str]] = {}  # interaction → person → role
        self._numbers: dict[str, str] = {}  # who was called in from outside → the number
        self._targets: dict[str, str | None] = {}  # consultation → the person it waits for

    def parts(
        self, row: Row, rows: Mapping[str, Object], event: AnyEvent, content: Content | None
    ) -> dict[str, Object]:
        """What this event changes, by interaction. `row` gives one as it was before, `rows` are those there are."""
        parts: dict[str, Object] = {}
        if changed := self._changed(row, event, content):
            parts[getattr(event, "interaction_id", "")] = changed
        if isinstance(event, events.ConsultPromoted):
            parts[event.consult_of] = {"consult": None}
        if isinstance(event, events.InteractionTakenOver):
            about = event.interaction_id
            for id, one in rows.items():
                if one["consult_of"] == about and one["state"] in GOING:
                    parts[id] = asks(about, event.agent_id, self._names)
        return parts

    def _changed(self, row: Row, event: AnyEvent, content: Content | None) -> Object:
        match event:
            case events.InteractionReceived():
                return {"state": "reception", "medium": event.medium, "since_at": event.at}
            case events.InteractionQueued():
                return self._queued(row(event.interaction_id), event)
            case events.InteractionHeld():
                return {"held_at": event.at}
            case events.InteractionResumed():
                return _over(row(event.interaction_id), event.at)
            case events.ParticipantJoined() | events.ParticipantLeft():
                return self._participants(event, content)
            case events.InteractionTakenOver():
                over = _over(row(event.interaction_id), event.at)
                return over | {"agent": self._agent(event.agent_id), "accepted_at": event.at}
            case events.RecordingChanged():
                return {"recording": event.state}
            case events.ConsultPromoted():
                return asks(None, None, self._names) | {"recording": row(event.consult_of)["recording"]}
            case events.InteractionEnded():
                before = row(event.interaction_id)
                recording = "off" if before["recording"] in ("on", "paused") else before["recording"]
                return {"recording": recording} | _over(before, event.at)
        return {}

    def _queued(self, before: Object, event: events.InteractionQueued) -> Object:
        self._targets[event.interaction_id] = event.target_agent_id
        asked = asks(event.consult_of, event.consult_by, self._names) if event.why == "consult" else {}
        return _over(before, event.at) | asked

    def _participants(
        self, event: events.ParticipantJoined | events.ParticipantLeft, content: Content | None
    ) -> Object:
        roles = self._roles.setdefault(event.interaction_id, {})
        if isinstance(event, events.ParticipantLeft):
            roles.pop(event.person_id, None)
        else:
            roles[event.person_id] = event.role
            if event.role == "external" and content is not None:
                self._numbers[event.person_id] = content.text
        return {"participants": self._shown(roles)}

    def _shown(self, roles: Mapping[str, str]) -> list[Object]:
        shown = participants(roles, self._names, self._names.hides_listeners(self._tenant_id))
        return [one | {"name": self._numbers.get(one["person_id"]) or one["name"]} for one in shown]

    def _agent(self, agent_id: str) -> Object:
        card = self._names.agent(agent_id)
        return {"id": agent_id, "name": card.name if card else ""}

    def belongs_to(self, tenant_id: str) -> None:
        """Whose rules about showing listeners hold."""
        self._tenant_id = tenant_id

    def consult(self, one: Object) -> Object | None:
        """How this consultation stands, for the interaction that it is about; None: it is over."""
        if one["state"] not in GOING:
            return None
        agent = one["agent"]["id"] if one["agent"] else self._targets.get(one["id"])
        return consult_row(one["id"], one["state"], agent, one["queue_id"], self._names)

    def renamed(self, rows: Mapping[str, Object]) -> list[Change]:
        """The interactions whose participants are to be shown, or hidden, from now on."""
        changes: list[Change] = []
        for id, one in rows.items():
            shown = self._shown(self._roles.get(id, {}))
            if shown != one["participants"]:
                changes.append(("interactions", id, one | {"participants": shown}))
        return changes


def _over(before: Object, at: int) -> Object:
    """A hold that ends now, if there is one."""
    if not before["held_at"]:
        return {}
    return {"held_at": 0, "held_ms": before["held_ms"] + at - before["held_at"]}
