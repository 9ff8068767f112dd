"""What of a contact's journal a reader may hear at all: agents not always who listened, customers no consultations."""

from __future__ import annotations

from dataclasses import dataclass, field

from rexian.engine import events as e
from rexian.work.trace.model import Names

QUIET = frozenset(("listen", "whisper"))  # the customer doesn't notice them


@dataclass(slots=True)
class Hearing:
    """Goes along a contact's events in order."""

    names: Names
    _roles: dict[tuple[str, str], str] = field(default_factory=dict)  # (interaction, person) → role
    _consults: set[str] = field(default_factory=set)

    def heard(self, event: e.Event) -> e.Event | None:
        """The event as the reader may hear it; None: not at all."""
        if isinstance(event, e.ParticipantJoined | e.ParticipantLeft):
            return self._participant(event)
        return event if self.names.reader != "customer" or self._concerns_customer(event) else None

    def _participant(self, event: e.ParticipantJoined | e.ParticipantLeft) -> e.Event | None:
        """Who goes from talking to listening has left, for those who don't hear of listeners."""
        key = (event.interaction_id, event.person_id)
        before = self._roles.pop(key, None)
        if isinstance(event, e.ParticipantJoined):
            self._roles[key] = event.role
        if event.role not in QUIET or self._hears_quiet:
            return event
        if before is None or before in QUIET:
            return None
        return e.ParticipantLeft(
            at=event.at, contact_id=event.contact_id, interaction_id=event.interaction_id, person_id=event.person_id,
            role="barge",
        )  # fmt: skip

    @property
    def _hears_quiet(self) -> bool:
        reader = self.names.reader
        return reader == "supervisor" or (reader == "agent" and self.names.supervision_shown)

    def _concerns_customer(self, event: e.Event) -> bool:
        """Colleagues who are asked are the house's affair until one of them takes the customer."""
        id = getattr(event, "interaction_id", "")
        if isinstance(event, e.ConsultPromoted):
            self._consults.discard(id)
        elif isinstance(event, e.InteractionQueued) and event.why == "consult":
            self._consults.add(id)
        handed_over = isinstance(event, e.InteractionEnded) and event.reason == "transferred"
        return id not in self._consults and not handed_over
