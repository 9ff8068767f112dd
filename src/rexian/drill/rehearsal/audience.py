"""What the driver hears: each event moves a row of the ledger on and says what people do next."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, Any

from rexian.drill.rehearsal.chance import About, draw, happens
from rexian.drill.rehearsal.desks import Desks
from rexian.drill.rehearsal.ledger import Fate
from rexian.drill.rehearsal.scenario import NO_ANSWER, REJECTS
from rexian.drill.rehearsal.timetable import AT_BITS, Happens, entry
from rexian.drill.rehearsal.trail import AT_SHIFT, CODES, Trail, code
from rexian.engine import events as ev
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Reason
from rexian.engine.state import Queue

if TYPE_CHECKING:
    from rexian.drill.rehearsal.driver import Driver

REJECTED_AFTER_MS = 4_000
LATER_ANSWER_MS = 2_000  # how soon the second and later agents answer
LONGEST = 20
_STARTED, _SERVED, _QUEUED = code(ev.ContactStarted), code(ev.SelfServed), code(ev.InteractionQueued)
_OFFERED, _ACCEPTED, _ENDED = code(ev.InteractionOffered), code(ev.OfferAccepted), code(ev.InteractionEnded)
_WORK, _WRAPPED, _CLOSED = code(ev.AfterContactWorkStarted), code(ev.HandlingWrappedUp), code(ev.ContactClosed)
_ACCEPT, _REJECT, _END = (entry(0, kind, 0) for kind in (Happens.ACCEPT, Happens.REJECT, Happens.END))
_WRAP_UP, _LEAVE = entry(0, Happens.WRAP_UP, 0), entry(0, Happens.LEAVE, 0)
_FORGOTTEN, _WIDENED, _STATE = code(ev.ContactsForgotten), code(ev.InteractionWidened), code(ev.AgentStateChanged)


class Audience:
    """Hears the events of one day."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.ledger = driver.ledger
        self._later = driver.later
        scenario = driver.scenario
        self._start_at = scenario.start_at
        self.seed, self.until, self.behaviour = scenario.seed, scenario.until, scenario.behaviour
        self.trail = Trail()
        self._note = self.trail.note
        self.agent_ids = [agent.id for agent in scenario.agents]
        self._agent_number = {id: number for number, id in enumerate(self.agent_ids)}
        self.on_plan = [False] * len(self.agent_ids)
        self.desks = Desks(len(self.agent_ids))
        self.ringing: dict[int, ev.InteractionOffered] = {}
        self.rules: dict[str, int] = {}  # rule → its number in the ledger
        self.blocked: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.last_refusal = Refusal("")
        self.lapses: Counter[str] = Counter()  # offers that came to nothing, by why
        self.longest: list[tuple[int, int, Reason | None]] = []  # a heap: waited, row, why it went as it went
        self._long = 0
        self.views: list[Queue] = []
        self.waiting_samples = array("i")
        self.desk_samples = array("i")

    def reactions(self) -> dict[type[Any], Callable[[int, Any], None]]:
        """What to do at which event."""
        plain: dict[type[Any], Callable[[int, Any], None]] = dict.fromkeys(CODES, self._noted)
        return plain | {
            ev.ContactStarted: self._contact_started,
            ev.InteractionQueued: self._queued,
            ev.InteractionWidened: self._widened,
            ev.CallBackRequested: self._call_back_requested,
            ev.InteractionOffered: self._offered,
            ev.OfferAccepted: self._accepted,
            ev.OfferRejected: self._lapsed,
            ev.OfferExpired: self._lapsed,
            ev.OfferWithdrawn: self._lapsed,
            ev.InteractionEnded: self._ended,
            ev.AfterContactWorkStarted: self._work_started,
            ev.HandlingWrappedUp: self._wrapped_up,
            ev.ContactClosed: self._closed,
            ev.ContactsForgotten: self._forgotten,
            ev.AgentStateChanged: self._agent_state_changed,
        }

    # -- what is only noted --------------------------------------------------------------------------------------------
    def _noted(self, at: int, e: Any) -> None:
        self._note(at << AT_SHIFT | code(type(e)))

    def _contact_started(self, at: int, e: ev.ContactStarted) -> None:
        self._note(at << AT_SHIFT | _STARTED | int(e.contact_id[1:]))

    def _closed(self, at: int, e: ev.ContactClosed) -> None:
        self._note(at << AT_SHIFT | _CLOSED | int(e.contact_id[1:]))

    def _forgotten(self, at: int, e: ev.ContactsForgotten) -> None:
        for contact_id in e.contact_ids:
            self._note(at << AT_SHIFT | _FORGOTTEN | int(contact_id[1:]))

    def self_served(self, at: int, number: int) -> None:
        self._note(at << AT_SHIFT | _SERVED | number)

    def refused(self, refusal: Refusal) -> None:
        self.refusals[refusal.code] += 1
        self.last_refusal = refusal

    # -- waiting -------------------------------------------------------------------------------------------------------
    def _queued(self, at: int, e: ev.InteractionQueued) -> None:
        number = int(e.interaction_id[1:])
        self._note(at << AT_SHIFT | _QUEUED | number)
        self.ledger.fate[number] = Fate.WAITING
        if e.why != "new":
            self.watch(at, number)

    def watch(self, at: int, number: int) -> None:
        """From now on it may give up. Most are offered at once and cost no timer."""
        ledger = self.ledger
        gives_up_at = ledger.at[number] + ledger.patience[number]
        if gives_up_at <= self.until and not ledger.watched[number]:
            ledger.watched[number] = 1
            self._later(max(at, gives_up_at) << AT_BITS | _LEAVE | number)

    def _widened(self, at: int, e: ev.InteractionWidened) -> None:
        number = int(e.interaction_id[1:])
        self._note(at << AT_SHIFT | _WIDENED | number)
        self.ledger.step[number] = e.step
        share = self.behaviour.call_back_per_10k
        if "call_back" in e.alternatives and happens(self.seed, number, About.TAKES_CALL_BACK, share):
            self._later(entry(at, Happens.ASK_CALL_BACK, number))

    def _call_back_requested(self, at: int, e: ev.CallBackRequested) -> None:
        number = int(e.interaction_id[1:])
        self._note(at << AT_SHIFT | code(type(e)) | number)
        self.ledger.away[number] = 1

    # -- offers --------------------------------------------------------------------------------------------------------
    def _offered(self, at: int, e: ev.InteractionOffered) -> None:
        number = int(e.interaction_id[1:])
        agent = self._agent_number[e.agent_id]
        note, ledger = self._note, self.ledger
        note(at << AT_SHIFT | _OFFERED | number)
        note(at << AT_SHIFT | _OFFERED | agent)
        self.ringing[number] = e
        ledger.fate[number] = Fate.RINGING
        ledger.agent[number] = agent
        delay = ledger.answer[number]
        if e.reason.attempt > 1 and delay < 0:
            delay = LATER_ANSWER_MS
        if delay < 0:
            self._unlucky(at, number, delay)
            return
        till = ledger.rings_till[number] = at + delay
        self._later(till << AT_BITS | _ACCEPT | number)
        if ledger.at[number] + ledger.patience[number] < till:
            self.watch(at, number)

    def _unlucky(self, at: int, number: int, delay: int) -> None:
        """The agent lets it ring, or rejects it."""
        self.watch(at, number)
        self.ledger.rings_till[number] = 0 if delay == NO_ANSWER else at + REJECTED_AFTER_MS
        if delay == REJECTS:
            self._later(at + REJECTED_AFTER_MS << AT_BITS | _REJECT | number)

    def _lapsed(self, at: int, e: ev.OfferRejected | ev.OfferExpired | ev.OfferWithdrawn) -> None:
        number = int(e.interaction_id[1:])
        self._note(at << AT_SHIFT | code(type(e)) | number)
        self.ringing.pop(number, None)
        self.lapses["rejected" if isinstance(e, ev.OfferRejected) else e.why] += 1

    def _accepted(self, at: int, e: ev.OfferAccepted) -> None:
        number = int(e.interaction_id[1:])
        self._note(at << AT_SHIFT | _ACCEPTED | number)
        ledger = self.ledger
        reason = self.ringing.pop(number).reason
        ledger.fate[number] = Fate.TALKING
        waited = ledger.waited[number] = at - ledger.at[number]
        ledger.rule[number] = self.rules.setdefault(reason.rule, len(self.rules))
        if reason.blocked:
            self.blocked.update(reason.blocked)
        if waited > self._long:
            self._remember(waited, number, reason)
        self.desks.take(ledger.agent[number], at)
        self._later(at + ledger.talk[number] << AT_BITS | _END | number)

    def _remember(self, waited: int, number: int, reason: Reason | None) -> None:
        if len(self.longest) < LONGEST:
            heappush(self.longest, (waited, -number, reason))
            return
        heapreplace(self.longest, (waited, -number, reason))
        self._long = self.longest[0][0]

    # -- ends ----------------------------------------------------------------------------------------------------------
    def _ended(self, at: int, e: ev.InteractionEnded) -> None:
        number = int(e.interaction_id[1:])
        self._note(at << AT_SHIFT | _ENDED | number)
        ledger = self.ledger
        if e.outcome == "handled":
            ledger.fate[number] = Fate.WRAPPING
            return
        ledger.fate[number] = Fate.ABANDONED
        waited = ledger.waited[number] = at - ledger.at[number]
        if waited > self._long:
            self._remember(waited, number, None)
        self.perhaps_again(at, number)

    def perhaps_again(self, at: int, number: int) -> None:
        """Whoever was not served may call again, with the same matter and another patience."""
        ledger, behaviour = self.ledger, self.behaviour
        if ledger.tries[number] >= behaviour.most_tries:
            return
        who = ledger.first[number] * 8 + ledger.tries[number]  # not the row: that depends on everybody else's luck
        if not happens(self.seed, who, About.CALLS_AGAIN, behaviour.retry_per_10k):
            return
        span = max(1, behaviour.retry_to_ms - behaviour.retry_from_ms)
        again_at = at + behaviour.retry_from_ms + draw(self.seed, who, About.AFTER) % span
        if again_at <= self.until:
            patience = ledger.patience[draw(self.seed, who, About.PATIENCE) % ledger.base]
            self._later(entry(again_at, Happens.START, ledger.again(number, again_at, patience)))

    def _work_started(self, at: int, e: ev.AfterContactWorkStarted) -> None:
        number = int(e.interaction_id[1:])
        self._note(at << AT_SHIFT | _WORK | number)
        done_at = at + self.ledger.acw[number]
        if done_at + self._start_at < e.due_at:
            self._later(done_at << AT_BITS | _WRAP_UP | number)

    def _wrapped_up(self, at: int, e: ev.HandlingWrappedUp) -> None:
        number = int(e.interaction_id[1:])
        self._note(at << AT_SHIFT | _WRAPPED | number)
        self.ledger.fate[number] = Fate.DONE
        self.desks.give(self.ledger.agent[number], at)

    # -- agents --------------------------------------------------------------------------------------------------------
    def _agent_state_changed(self, at: int, e: ev.AgentStateChanged) -> None:
        number = self._agent_number[e.agent_id]
        self._note(at << AT_SHIFT | _STATE | number)
        self.desks.state(number, at, available=e.state == "available")
        if e.by_system:
            self._later(entry(at + self.behaviour.back_after_ms, Happens.BACK, number))

    # -- every minute --------------------------------------------------------------------------------------------------
    def sample(self) -> None:
        """How long the lines are and how many are at work."""
        self.waiting_samples.extend([queue.waiting + queue.offered for queue in self.views])
        self.desk_samples.extend((self.desks.present, self.desks.engaged))
        self.trail.flush()

    def finish(self, at: int) -> None:
        """The day is over."""
        self.desks.finish(at)
