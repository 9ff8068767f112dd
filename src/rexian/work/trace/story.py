"""From journal rows to the story: each event a sentence, and the waits between them said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rexian.engine import events as e
from rexian.work.reading import Row
from rexian.work.trace.for_customer import customer_sentence
from rexian.work.trace.hearing import Hearing
from rexian.work.trace.model import Entry, Names, Words
from rexian.work.trace.sentences import sentence

LEAST_QUEUE_WAIT_MS = 1_000
LEAST_RING_MS = 1_000
LEAST_SILENCE_MS = 60_000
_HEARD = (e.InteractionOffered, e.CallBackRequested, e.InteractionEnded)  # a customer's waits end with these


@dataclass(slots=True)
class _Phase:
    """Where one interaction is in the story, to say how long it stayed there."""

    queued_at: int | None = None
    queue_id: str = ""
    offered_at: int | None = None
    wrote_at: int | None = None


@dataclass(slots=True)
class _Teller:
    names: Names
    phases: dict[str, _Phase] = field(default_factory=dict)

    def wait_before(self, event: e.Event) -> tuple[str, int] | None:
        """Return what was waited for until `event`, as a sentence and ms, and move the phase on."""
        phase = self.phases.setdefault(getattr(event, "interaction_id", ""), _Phase())
        match event:
            case e.InteractionQueued():
                phase.queued_at, phase.queue_id, phase.offered_at, phase.wrote_at = event.at, event.queue_id, None, None
            case e.InteractionOffered():
                waited = self._queue_wait(phase, event.at)
                phase.offered_at = event.at
                return waited
            case e.OfferAccepted():
                phase.wrote_at = event.at
                return self._ring(phase, event.at)
            case e.OfferRejected() | e.OfferExpired() | e.OfferWithdrawn():
                return self._ring(phase, event.at)
            case e.MessagePosted() if phase.wrote_at is not None:
                silence, phase.wrote_at = event.at - phase.wrote_at, event.at
                if silence >= LEAST_SILENCE_MS:
                    return self.names.say("waited.silence", waited=self.names.duration(silence)), silence
            case e.CallBackRequested() if event.due_at:
                return self._queue_wait(phase, event.at)
            case e.InteractionEnded():
                phase.wrote_at = None
                return self._queue_wait(phase, event.at)
            case _:
                pass
        return None

    def _queue_wait(self, phase: _Phase, at: int) -> tuple[str, int] | None:
        since, phase.queued_at = phase.queued_at, None
        if since is None or at - since < LEAST_QUEUE_WAIT_MS:
            return None
        queue, waited = self.names.queue(phase.queue_id), self.names.duration(at - since)
        if self.names.reader == "customer":
            return self.names.say("customer.waited", waited=waited), at - since
        return self.names.say("waited.queue", queue=queue, waited=waited), at - since

    def _ring(self, phase: _Phase, at: int) -> tuple[str, int] | None:
        since, phase.offered_at = phase.offered_at, None
        if since is None or at - since < LEAST_RING_MS:
            return None
        return self.names.say("waited.ring", waited=self.names.duration(at - since)), at - since


def tell(rows: Iterable[Row], names: Names, file_names: Mapping[str, str] | None = None) -> list[Entry]:
    """Tell the story of `rows` (one contact's, ordered by seq). `file_names` by file id."""
    teller, hearing, files, entries = _Teller(names), Hearing(names), file_names or {}, list[Entry]()
    for row in rows:
        event = row.event
        if event is None:
            if names.reader == "customer":
                continue
            entries.append(_entry(row, names, names.say("unknown_event", kind=row.kind)))
            continue
        event = hearing.heard(event)
        if event is None:
            continue
        wait = teller.wait_before(event)
        if names.reader == "customer":
            said = customer_sentence(event, names, _words(row, files))
            if wait is not None and isinstance(event, _HEARD):
                entries.append(_waited(row, names, *wait))
            if said is not None:
                entries.append(_entry(row, names, said))
            continue
        if wait is not None:
            entries.append(_waited(row, names, *wait))
        text, tone = sentence(event, names, _words(row, files))
        entries.append(_entry(row, names, text, tone=tone))
    return entries


def as_text(entries: Iterable[Entry], zone: Names) -> str:
    """The story as plain text, one line per entry, a line with the date where the day changes."""
    lines, day = list[str](), ""
    for entry in entries:
        date = datetime.fromtimestamp(entry.at / 1000, zone.zone).strftime("%Y-%m-%d")
        if date != day:
            lines.append(date)
            day = date
        lines.append(f"{entry.time} {entry.text}")
    return "\n".join(lines)


def _waited(row: Row, names: Names, text: str, ms: int) -> Entry:
    return Entry(
        seq=row.seq, at=row.at - ms, time=names.clock(row.at - ms), kind="Waited", text=text,
        detail={"waited_ms": ms, "until_at": row.at},
    )  # fmt: skip


def _entry(row: Row, names: Names, text: str, **more: Any) -> Entry:
    if names.reader != "supervisor":  # the event itself says more than its sentence
        return Entry(seq=row.seq, at=row.at, time=names.clock(row.at), kind=row.kind, text=text, **more)
    detail = {key: value for key, value in row.body.items() if key not in {"type", "at"}}
    return Entry(
        seq=row.seq, at=row.at, time=names.clock(row.at), kind=row.kind, text=text, detail=detail, **more
    )  # fmt: skip


def _words(row: Row, files: Mapping[str, str]) -> Words | None:
    if not row.text and not row.file_id:
        return None
    return Words(kind=row.content_kind, text=row.text, file_name=files.get(row.file_id or "", ""))
