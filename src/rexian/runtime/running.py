"""One running floor: its writer task takes commands, decides, commits, answers and passes on, in this order always."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg

from rexian.engine.commands import AnyCommand, Tick
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.kit.database import Database, is_outage
from rexian.kit.ids import new_id
from rexian.runtime import figures, journal
from rexian.runtime.batch import Batch, decide
from rexian.runtime.checks import check
from rexian.runtime.floor_time import FloorTime
from rexian.runtime.inbox import Inbox
from rexian.runtime.items import WHY, FloorHealth, Item, NotStorable, Stage
from rexian.runtime.port import Committed, Content, Listener, Receipt, Unavailable
from rexian.runtime.recovery import Done, Fold, JournalDamaged
from rexian.runtime.rows import Columns
from rexian.runtime.session import LEASE_TTL_MS, Fenced, Session
from rexian.runtime.snapshots import Snapshots

T = TypeVar("T")

_COMMIT_TIMEOUT_S = 5.0
_UNKNOWN_TIMEOUT_S = 3.0  # how long callers of a failed commit wait for the truth
_RENEW_EVERY_S = 1.0
_LONGEST_REST_S = 0.05  # while something is due: bounds how late a clock that jumps is noticed
_STANDBY_POLL_S = 0.1
_CLOCK = Party("system", "clock")

logger = log.get("rexian.floor")


class RunningFloor:
    """Implements `FloorPort`. `run` is its writer task; everything else is called from the same event loop."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        floor_id: str,
        *,
        holder: str,
        inbox: int = 20_000,
        snapshot_events: int = 20_000,
    ) -> None:
        self.floor_id = floor_id
        self.epoch = 0
        self.seq = 0
        self.stage: Stage = "starting"
        self.trouble = ""
        self.led = asyncio.Event()
        self._db = db
        self._clock = clock
        self._holder = holder
        self._inbox = Inbox(floor_id, inbox)
        self._questions: list[tuple[Callable[[Floor], object], asyncio.Future[object]]] = []
        self._listeners: list[Listener] = []
        self._columns = Columns()
        self._floor: Floor | None = None
        self._time = FloorTime(clock, 0)
        self._session: Session | None = None
        self._busy = False
        self._renewed = 0.0
        self._dispatched: int | None = None
        self._snapshots = Snapshots(db, floor_id, snapshot_events)
        self._bell: asyncio.Future[None] | None = None
        self._stopping = False

    # -- the port ----------------------------------------------------------------------------------------------------
    async def submit(self, command: AnyCommand, *, id: str, by: Party, content: Sequence[Content] = ()) -> Receipt:
        """See `FloorPort.submit`."""
        item = Item(command, id, by, content, check(command, id, by, content))
        if (flying := self._inbox.flying(item)) is not None:
            receipt = await asyncio.shield(flying)
            return Receipt(seq=receipt.seq, committed=receipt.committed, repeated=True)
        if self.stage != "leading":
            raise Unavailable(WHY[self.stage])
        if (done := self._inbox.carried_out(item)) is not None:
            return await self._again(done)
        answer = self._inbox.admit(item)
        self._ring()
        return await asyncio.shield(answer)

    async def ask(self, question: Callable[[Floor], T]) -> T:
        """See `FloorPort.ask`. Raises `Unavailable` while the floor doesn't lead."""
        if self.stage != "leading" or self._floor is None:
            raise Unavailable(WHY.get(self.stage, "the floor is coming back"))
        if not self._busy and time.monotonic() - self._renewed < LEASE_TTL_MS / 1000:
            return question(self._floor)
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._questions.append((question, answer))
        self._ring()
        return await answer  # type: ignore[return-value]

    def listen(self, listener: Listener) -> Callable[[], None]:
        """See `FloorPort.listen`."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def health(self) -> FloorHealth:
        return FloorHealth(
            floor_id=self.floor_id,
            stage=self.stage,
            epoch=self.epoch,
            seq=self.seq,
            inbox=len(self._inbox),
            trouble=self.trouble,
        )

    async def _again(self, done: Done) -> Receipt:
        async with self._db.system() as tx:
            committed = await journal.read_range(tx, self.floor_id, done.first, done.last)
        return Receipt(seq=done.last, committed=tuple(committed), repeated=True)

    # -- the writer task ---------------------------------------------------------------------------------------------
    async def run(self) -> None:
        """Lead the floor whenever that is possible, until `stop`. Never raises but when cancelled."""
        pause = 0.05
        try:
            while not self._stopping:
                try:
                    await self._lead()
                    pause = 0.05
                    await self._work()
                except Fenced:
                    self._lose("standby", "")
                except JournalDamaged as error:
                    self._lose("damaged", str(error))
                    pause = 5.0
                except NotStorable as error:
                    self._inbox.go_alone(error.code)
                    self._lose("recovering", f"a command is not storable: {error.code}", refuse=False)
                except Exception as error:
                    away = is_outage(error) or isinstance(error, (psycopg.Error, OSError, TimeoutError))
                    self._lose("recovering", f"{type(error).__name__}: {error}", surprise=not away)
                await self._close_session()
                await self._pause(pause)
                pause = min(pause * 2, 1.0)
        finally:
            await self._finish()

    async def stop(self) -> None:
        """Ask the writer task to end after the batch at hand; wait for the task to see it through."""
        self._stopping = True
        self._ring()

    async def _work(self) -> None:
        while not self._stopping:
            await self._rest()
            await asyncio.sleep(0)  # whoever is ready to submit gets into this batch
            await self._keep_lease()
            await self._carry_out()
            self._answer_questions()
            if self._floor is not None:
                self._snapshots.keep(self._floor, self.seq)

    def _ring(self) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for longer than `stop` allows."""
        if self._stopping:
            return
        loop = asyncio.get_running_loop()
        self._bell = loop.create_future()
        alarm = loop.call_later(seconds, self._ring)
        try:
            await self._bell
        finally:
            alarm.cancel()

    async def _rest(self) -> None:
        """Wait until there is something to do."""
        if self._inbox or self._questions or self._floor is None:
            return
        seconds = self._renewed + _RENEW_EVERY_S - time.monotonic()
        if (due := self._floor.next_due()) is not None:
            seconds = min(seconds, (due - self._time.now_ms()) / 1000, _LONGEST_REST_S)
        if seconds > 0:
            await self._pause(seconds)

    async def _keep_lease(self) -> None:
        now = time.monotonic()
        if now - self._renewed >= _RENEW_EVERY_S and self._session is not None:
            async with asyncio.timeout(_COMMIT_TIMEOUT_S):
                await self._session.renew()
            self._renewed = now

    # -- one batch ---------------------------------------------------------------------------------------------------
    async def _carry_out(self) -> None:
        assert self._floor is not None
        items = self._inbox.take()
        due = self._floor.next_due()
        if due is not None and due <= self._time.now_ms():
            items.insert(0, Item(Tick(), new_id(), _CLOCK))  # what fell due comes before what is asked now
        if not items:
            return
        self._busy = True
        self._inbox.unknown = items
        batch = decide(self._floor, self.floor_id, self.seq, self._time, self._columns, items)
        if batch.events:
            await self._commit(batch)
            self.seq = batch.events[-1].seq
        self._busy = False
        self._inbox.settle(items, self.seq)
        self._dispatch(batch.events)
        if batch.bug is not None:
            raise batch.bug  # the state may be half changed: fold it anew

    async def _commit(self, batch: Batch) -> None:
        assert self._session is not None
        started = time.perf_counter()
        try:
            async with asyncio.timeout(_COMMIT_TIMEOUT_S):
                await self._session.append(batch.events, batch.ids, batch.pieces)
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name == "pk_journal":
                raise Fenced from error
            raise NotStorable("id_in_use") from error
        except (psycopg.DataError, psycopg.IntegrityError, UnicodeError) as error:
            raise NotStorable("not_storable") from error
        figures.COMMIT_SECONDS.labels(self.floor_id).observe(time.perf_counter() - started)
        figures.EVENTS.labels(self.floor_id).inc(len(batch.events))

    def _dispatch(self, events: Sequence[Committed]) -> None:
        if not events:
            return
        self._dispatched = events[-1].seq
        for listener in tuple(self._listeners):
            try:
                listener(events)
            except Exception:
                figures.LISTENER_FAILURES.labels(self.floor_id).inc()
                logger.exception("floor.listener_failed", floor_id=self.floor_id, seq=events[0].seq)

    def _answer_questions(self) -> None:
        questions, self._questions = self._questions, []
        assert self._floor is not None
        for question, answer in questions:
            if answer.done():
                continue
            try:
                answer.set_result(question(self._floor))
            except Exception as error:
                answer.set_exception(error)

    # -- coming and going --------------------------------------------------------------------------------------------
    async def _lead(self) -> None:
        """Wait for the lead, fold the journal, tell those who wait for the truth, pass on what they have missed."""
        self._session = session = Session(self._db.url, self.floor_id, self._holder)
        await session.open()
        fold = Fold(self._db, session, self.floor_id)
        while not await self._try_lead(session):
            await self._stand_by(fold)
        self._renewed = time.monotonic()
        keeper = asyncio.create_task(self._keep_lease_meanwhile(session))
        try:
            state = await fold.finish()
            truth = await self._find_truth(state.recent)
            await self._pass_on_missed(state.seq)
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        await session.renew()
        self._renewed = time.monotonic()
        self._floor, self._inbox.recent, self._snapshots.seq = state.floor, state.recent, state.snapshot_seq
        self._time = FloorTime(self._clock, state.floor.now)
        self.seq, self.epoch = state.seq, session.epoch
        self.stage, self.trouble, self._busy = "leading", "", False
        self.led.set()
        figures.LEADING.labels(self.floor_id).set(1)
        figures.RECOVERIES.labels(self.floor_id).inc()
        self._inbox.tell_truth(truth)
        logger.info("floor.leads", floor_id=self.floor_id, epoch=self.epoch, seq=self.seq, node=self._holder)

    async def _stand_by(self, fold: Fold) -> None:
        """Follow the leader's journal, so that taking over needs only its tail."""
        self.stage = "standby"
        if self._stopping:
            raise Fenced
        more = await fold.step()
        self.seq = max(self.seq, fold.seq)
        if not more:
            await asyncio.sleep(_STANDBY_POLL_S)

    async def _try_lead(self, session: Session) -> bool:
        # Writing the lease is a commit like any other. While a synchronous standby is missing it hangs, and so nobody
        # reads, let alone acknowledges, what this machine alone has written before (FAULTS 32).
        async with asyncio.timeout(_COMMIT_TIMEOUT_S):
            return await session.try_lead()

    async def _keep_lease_meanwhile(self, session: Session) -> None:
        while True:
            await asyncio.sleep(_RENEW_EVERY_S)
            await session.renew()

    async def _pass_on_missed(self, head: int) -> None:
        """Dispatch what was committed without this process hearing of it."""
        if self._dispatched is None or self._dispatched > head:
            self._dispatched = head
        while self._dispatched < head:
            async with self._db.system() as tx:
                missed = await journal.read(tx, self.floor_id, after=self._dispatched)
            self.seq = missed[-1].seq
            self._dispatch(missed)

    async def _find_truth(self, recent: dict[str, Done]) -> dict[Item, Receipt | None]:
        """Look up what became of the commands whose commit failed or is unknown."""
        found: dict[Item, Receipt | None] = {}
        for item in self._inbox.unknown:
            done = recent.get(item.id)
            found[item] = await self._again(done) if done is not None else None
        return found

    def _lose(self, stage: Stage, trouble: str, *, surprise: bool = False, refuse: bool = True) -> None:
        """Forget the state, which may be ahead of the journal, and answer everybody who waits."""
        if stage == "stopped":
            logger.info("floor.stopped", floor_id=self.floor_id, seq=self.seq)
        elif self.stage == "leading":
            logger.warning("floor.lost", floor_id=self.floor_id, stage=stage, why=trouble, exc_info=surprise)
        elif trouble != self.trouble:
            logger.warning("floor.cannot_lead", floor_id=self.floor_id, stage=stage, why=trouble, exc_info=surprise)
        self.stage, self.trouble, self._floor, self._busy = stage, trouble, None, False
        self.led.clear()
        figures.LEADING.labels(self.floor_id).set(0)
        why = WHY.get(stage, "the floor is coming back")
        if refuse:
            self._inbox.refuse_waiting(why)
        questions, self._questions = self._questions, []
        for _, answer in questions:
            if not answer.done():
                answer.set_exception(Unavailable(why))
        if self._inbox.unknown:
            waiting = tuple(self._inbox.unknown)
            asyncio.get_running_loop().call_later(_UNKNOWN_TIMEOUT_S, self._inbox.give_up, waiting)

    async def _close_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _finish(self) -> None:
        if self._floor is not None and not self._busy:
            await self._snapshots.last(self._floor, self.seq)
        self._lose("stopped", "")
        self._inbox.give_up(self._inbox.unknown)
        await self._close_session()
