"""Why a contact waited: watches a floor that is folded again and notes what was so at each instant. Pure.

What is noted comes from the folded state of that moment, never from today's, so that it also works for contacts that
the floor has long forgotten.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct, field
from msgspec.structs import replace

from rexian.engine import events as e
from rexian.engine.floor import Floor
from rexian.engine.handlers.consults import CREDIT_MS as CONSULT
from rexian.engine.standing import Reach, Score

UNABLE = frozenset(("skills", "off_duty", "busy"))
"""Causes for which an agent was no choice at all, whoever else came."""


class Moment(Struct, frozen=True, kw_only=True):
    """How it stood right after an event: its place from 1 of so many, and who could have taken it."""

    seq: int
    at: int
    place: int
    of: int
    reach: Reach


class Wait(Struct, kw_only=True):
    """One stretch in the line, from `InteractionQueued` until it rang, ended, or was queued anew.

    `consult`: a colleague is asked; the customer is with somebody all the while.
    `overtaken`: contacts that went first to agents who could have had this one, by what put them first: `emergency`,
    `rule` (which ones: `rules`), `priority`, `credit`, `consult`, `slope`, `earlier`, `target`. `passed`: agents who
    were free, must not have it and took others, by cause. `spent`: ms by what held it up (`engine.standing.held_up`).
    """

    interaction_id: str
    queue_id: str
    tenant_id: str
    begun: Moment
    consult: bool = False
    widened: list[Moment] = []
    beside: list[int] = []  # seqs of events of the floor that concern its wait: rules, lending, policies
    overtaken: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    until_seq: int = 0
    until_at: int = 0

    @property
    def waited_ms(self) -> int:
        return self.until_at - self.begun.at

    @property
    def ahead(self) -> int:
        return sum(self.overtaken.values())


class Waits:
    """A `Watcher` of one contact. `waits` are in order; the last may be open (`until_seq` 0)."""

    def __init__(self, contact_id: str) -> None:
        self.contact_id = contact_id
        self.waits: list[Wait] = []
        self.beside: dict[int, e.AnyEvent] = {}
        self._open: dict[str, Wait] = {}
        self._now = 0

    def before(self, seq: int, event: e.AnyEvent, floor: Floor) -> None:
        """Called before the event is applied."""
        if not self._open:
            self._now = event.at
            return
        if event.at > self._now:
            self._spend(event.at - self._now, floor)
            self._now = event.at
        if isinstance(event, e.InteractionOffered) and event.contact_id != self.contact_id:
            for wait in self._open.values():
                _went_first(wait, event, floor)

    def after(self, seq: int, event: e.AnyEvent, floor: Floor) -> None:
        """Called when it has been applied."""
        for wait in list(self._open.values()):
            interaction = floor.interaction(wait.interaction_id)
            again = isinstance(event, e.InteractionQueued) and event.interaction_id == wait.interaction_id
            if again or interaction is None or interaction.state != "queued":
                self._close(wait, seq, event.at)
            elif _concerns(wait, event):
                wait.beside.append(seq)
                self.beside[seq] = event
        if getattr(event, "contact_id", None) != self.contact_id:
            return
        if isinstance(event, e.InteractionQueued):
            self._begin(seq, event, floor)
        elif isinstance(event, e.InteractionWidened) and event.interaction_id in self._open:
            self._open[event.interaction_id].widened.append(_moment(seq, event.at, event.interaction_id, floor))

    def finish(self, at: int) -> None:
        """The fold ends here: what still waits is left open, with its time until then."""
        for wait in self._open.values():
            wait.until_at = max(at, wait.begun.at)

    def _begin(self, seq: int, event: e.InteractionQueued, floor: Floor) -> None:
        queue = floor.queue(event.queue_id)
        wait = Wait(
            interaction_id=event.interaction_id,
            queue_id=event.queue_id,
            tenant_id="" if queue is None else queue.tenant_id,
            begun=_moment(seq, event.at, event.interaction_id, floor),
            consult=event.consult_of is not None,
        )
        self.waits.append(wait)
        self._open[event.interaction_id] = wait
        self._now = event.at

    def _close(self, wait: Wait, seq: int, at: int) -> None:
        del self._open[wait.interaction_id]
        wait.until_seq, wait.until_at = seq, at

    def _spend(self, ms: int, floor: Floor) -> None:
        for wait in self._open.values():
            cause = floor.held_up(wait.interaction_id)
            if cause is not None:
                wait.spent[cause] = wait.spent.get(cause, 0) + ms


def _moment(seq: int, at: int, interaction_id: str, floor: Floor) -> Moment:
    place, of = floor.position(interaction_id) or (0, 0)
    reach = floor.reach(interaction_id) or Reach(on_duty=0, free=0, blocked={})
    return Moment(seq=seq, at=at, place=place, of=of, reach=reach)


def _concerns(wait: Wait, event: e.AnyEvent) -> bool:
    match event:
        case e.LendingChanged():
            return event.queue_id == wait.queue_id
        case e.RuleSwitched():
            return event.tenant_id == wait.tenant_id
        case e.PolicyPublished():
            return event.policy.tenant_id == wait.tenant_id
    return False


def _went_first(wait: Wait, event: e.InteractionOffered, floor: Floor) -> None:
    """Somebody else is offered to an agent who may have been one for this contact."""
    cause = floor.hindrance(wait.interaction_id, event.agent_id)
    if cause in UNABLE:
        return
    if cause is not None:
        wait.passed[cause] = wait.passed.get(cause, 0) + 1
        return
    own, other = floor.score(wait.interaction_id, event.at), floor.score(event.interaction_id, event.at)
    if own is None or other is None:
        return
    why = head_start(own, other)
    if why == "credit" and other.credit_ms >= CONSULT:
        why = "consult"
    wait.overtaken[why] = wait.overtaken.get(why, 0) + 1
    if why == "rule":
        wait.rules = dict(Counter(wait.rules) + Counter(set(other.rules) - set(own.rules) or other.rules))


_PARTS = (("emergency", "emergency"), ("rule", "boost_ms"), ("priority", "priority"), ("credit", "credit_ms"))


def head_start(own: Score, other: Score) -> str:
    """What put `other` before `own`: the last part, from the mightiest on, without which it would not have come first.

    `target`: its score was no higher, so it went to this agent by name.
    """
    if not _first(other, own):
        return "target"
    for why, part in _PARTS:
        other, was = _with(other, part, getattr(own, part)), other
        if was != other and not _first(other, own):
            return why
    other, was = _with(other, "slope", own.slope), other
    return "slope" if was != other and not _first(other, own) else "earlier"


def _first(one: Score, other: Score) -> bool:
    return (-one.total, one.number) < (-other.total, other.number)


def _with(score: Score, part: str, value: int | bool) -> Score:
    return replace(score, **{part: value})
