"""One contact's view for the topic `contact:<id>`, folded from that contact's own events and their content.

The floor forgets a contact some time after its end; the journal doesn't. So this view is made from the journal's rows
and goes on with committed events: one fold for both.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from rexian.engine import events
from rexian.engine.events import AnyEvent
from rexian.engine.specs import Party
from rexian.runtime.port import Committed, Content
from rexian.web.feed.call_story import CallStory
from rexian.web.feed.names import Names
from rexian.web.feed.wire import Change, Object, View

# An interaction of which nothing is known yet: every key is there from the start, so that readers need no guards.
_BLANK: Object = {
    "medium": "chat", "state": "queued", "since_at": 0, "queue_id": "", "queue_name": "", "queue_name_en": "",
    "agent": None, "accepted_at": None, "waited_ms": None, "ended_at": None, "ended_by": None, "ended_reason": None,
    "outcome": None, "acw_due_at": None, "disposition": None, "wrap_up": "", "customer_away": False,
    "read_by_customer": 0, "read_by_agent": 0, "held_at": 0, "held_ms": 0, "recording": "", "participants": [],
    "consult": None, "consult_of": "", "consult_by": None,
}  # fmt: skip

FileCards = Callable[[str], Object | None]


class Story:
    """The fold. `seq` is that of the last event taken in; events up to it are ignored when they come again."""

    def __init__(self, contact_id: str, names: Names, files: FileCards, erased: Container[str] = ()) -> None:
        """`erased`: files whose content has been removed."""
        self.contact_id = contact_id
        self.tenant_id = ""
        self.customer_id = ""
        self.customers: set[str] = set()  # whose names the view shows
        self.seq = 0
        self.view: View = {"contact": {}, "interactions": {}, "messages": {}, "notes": {}}
        self._names = names
        self._files = files
        self._erased = erased
        self._calls = CallStory(names)

    def take(self, committed: Committed) -> list[Change]:
        """Fold one event and return what it changes; `view` itself is changed by whoever owns it (the topic)."""
        if committed.seq <= self.seq:
            return []
        self.seq = committed.seq
        return self._changes(committed.event, committed.content)

    def _changes(self, event: AnyEvent, content: Content | None) -> list[Change]:
        match event:
            case events.ContactStarted():
                self.tenant_id, self.customer_id = event.tenant_id, event.customer_id
                self._calls.belongs_to(event.tenant_id)
                return [self._contact(started_at=event.at, tenant_id=event.tenant_id, customer_id=event.customer_id,
                                      customer_name=self._customer(event.customer_id), simulated=event.simulated,
                                      closed_at=None, rating=None)]  # fmt: skip
            case events.CustomerIdentified():
                self.customer_id = event.customer_id
                return [self._contact(customer_id=event.customer_id, customer_name=self._customer(event.customer_id))]
            case events.MessagePosted():
                return [("messages", event.message_id, self._message(event, content))]
            case events.NoteAdded():
                text = content.text if content else ""
                note = {"id": event.note_id, "at": event.at, "author": self._author(event.author), "text": text}
                return [("notes", event.note_id, note)]
            case events.ContactRated():
                comment = content.text if content else ""
                return [self._contact(rating=event.score, rating_comment=comment, rated_at=event.at)]
            case events.ContactClosed():
                return [self._contact(closed_at=event.at)]
            case _:
                return self._with_calls(event, content, self._interaction_changes(event, content))

    def _with_calls(self, event: AnyEvent, content: Content | None, changes: list[Change]) -> list[Change]:
        """The same, with what the event means for calls, and for the interaction that a consultation is about."""
        rows = {id: one for collection, id, one in changes if collection == "interactions" and one is not None}
        others = [change for change in changes if change[0] != "interactions"]
        for id, part in self._calls.parts(self._row, self.view["interactions"], event, content).items():
            rows[id] = rows.get(id, self._row(id)) | part
        for one in list(rows.values()):
            if about := one["consult_of"]:
                rows[about] = rows.get(about, self._row(about)) | {"consult": self._calls.consult(one)}
        return others + [("interactions", id, one) for id, one in rows.items()]

    def _row(self, interaction_id: str) -> Object:
        """The interaction as it is shown, or would be if nothing were known of it."""
        blank = _BLANK | {"id": interaction_id, "contact_id": self.contact_id}
        return self.view["interactions"].get(interaction_id, blank)

    def _interaction_changes(self, event: AnyEvent, content: Content | None) -> list[Change]:
        match event:
            case events.InteractionTransferred() if content is not None:  # with a note for whoever takes it
                return self._note(event.agent_id, event.at, content)
            case events.InteractionQueued():
                placed = self._queue(event.queue_id) | self._agent(None)
                since = {"medium": event.medium, "since_at": event.since}
                note = self._note(event.consult_by or "", event.at, content) if content is not None else []
                return [*note, self._interaction(event.interaction_id, state="queued", **since, **placed)]
            case events.CallBackRequested():
                waits = {"state": "scheduled"} if event.due_at else {}
                return [self._interaction(event.interaction_id, medium=event.medium, **waits)]
            case events.InteractionOffered():
                return [self._interaction(event.interaction_id, state="offered", **self._agent(event.agent_id))]
            case events.OfferRejected() | events.OfferExpired() | events.OfferWithdrawn():
                return [self._interaction(event.interaction_id, state="queued", **self._agent(None))]
            case events.OfferAccepted():
                return [self._interaction(event.interaction_id, state="talking", accepted_at=event.at,
                                          waited_ms=event.waited_ms, **self._agent(event.agent_id))]  # fmt: skip
            case events.InteractionEnded():
                end = {"ended_at": event.at, "ended_by": event.by.kind, "ended_reason": event.reason}
                return [self._interaction(event.interaction_id, state="ended", outcome=event.outcome, **end)]
            case events.AfterContactWorkStarted() | events.AfterContactWorkExtended():
                return [self._interaction(event.interaction_id, state="after_contact_work", acw_due_at=event.due_at)]
            case events.HandlingWrappedUp():
                words = content.text if content else ""
                return [self._interaction(event.interaction_id, state="ended", acw_due_at=None,
                                          disposition=event.disposition, wrap_up=words)]  # fmt: skip
            case events.DispositionAdded():
                return [self._interaction(event.interaction_id, disposition=event.disposition)]
            case events.CustomerAway() | events.CustomerReturned():
                away = isinstance(event, events.CustomerAway)
                return [self._interaction(event.interaction_id, customer_away=away)]
            case events.MessagesRead():
                mark = "read_by_customer" if event.reader.kind == "customer" else "read_by_agent"
                return [self._interaction(event.interaction_id, **{mark: event.number})]
            case _:
                return []

    def _note(self, agent_id: str, at: int, content: Content) -> list[Change]:
        """What an agent wrote for the colleague who takes it, or is asked."""
        author = self._author(Party("agent", agent_id))
        return [("notes", content.id, {"id": content.id, "at": at, "author": author, "text": content.text})]

    # -- objects -------------------------------------------------------------------------------------------------------
    def _contact(self, **changed: Any) -> Change:
        before = self.view["contact"].get(self.contact_id, {"id": self.contact_id})
        return "contact", self.contact_id, before | changed

    def _interaction(self, interaction_id: str, **changed: Any) -> Change:
        return "interactions", interaction_id, self._row(interaction_id) | changed

    def _message(self, event: events.MessagePosted, content: Content | None) -> Object:
        file = self._files(content.file_id) if content and content.file_id else None
        return {
            "id": event.message_id,
            "interaction_id": event.interaction_id,
            "number": event.number,
            "at": event.at,
            "author": self._author(event.author),
            "kind": event.kind,
            "text": content.text if content else "",
            **({"file": file} if file else {}),
            **({"erased": True} if self._is_erased(content) else {}),
        }

    def _is_erased(self, content: Content | None) -> bool:
        if content is None or not (content.text or content.file_id):
            return True
        return content.file_id in self._erased

    def _author(self, author: Party) -> Object:
        return {"kind": author.kind, "id": author.id, "name": self._name(author)}

    def _name(self, party: Party) -> str:
        if party.kind == "agent":
            card = self._names.agent(party.id)
            return card.name if card else ""
        return self._customer(party.id) if party.kind == "customer" else ""

    def _customer(self, customer_id: str) -> str:
        self.customers.add(customer_id)
        return self._names.customer(customer_id)

    def _queue(self, queue_id: str) -> Object:
        name = self._names.queue(queue_id)
        return {"queue_id": queue_id, "queue_name": name.zh, "queue_name_en": name.en}

    def _agent(self, agent_id: str | None) -> Object:
        if agent_id is None:
            return {"agent": None}
        card = self._names.agent(agent_id)
        return {"agent": {"id": agent_id, "name": card.name if card else ""}}

    def renamed(self) -> list[Change]:
        """The objects that show customers' names, after names came in late."""
        contact = self._contact(customer_name=self._names.customer(self.customer_id))
        changes = [contact] if self.view["contact"] else []
        for id, message in self.view["messages"].items():
            author = message["author"]
            if author["kind"] == "customer" and author["name"] != (name := self._names.customer(author["id"])):
                changes.append(("messages", id, message | {"author": author | {"name": name}}))
        return changes + self._calls.renamed(self.view["interactions"])
