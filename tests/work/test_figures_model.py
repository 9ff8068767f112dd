"""The figures, purely: what counts as offered, answered, in time and abandoned, and that nothing counts twice."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.engine import events as e
from rexian.engine.specs import Party, QueueSpec, Reason
from rexian.work.figures.metrics import INTERVAL_MS, Counts, aht_ms, asa_ms, csat, level, rules, service_level, total
from rexian.work.figures.model import Book, Key

T0 = 1_760_000_400_000 // INTERVAL_MS * INTERVAL_MS
CUSTOMER, LI = Party("customer", "c1"), "a-li"
IDS: dict[str, Any] = {"contact_id": "k1", "interaction_id": "i1"}


def defined(queue_id: str = "q1", threshold_ms: int = 20_000) -> e.QueueDefined:
    return e.QueueDefined(at=T0, queue=QueueSpec(id=queue_id, tenant_id="t1", service_level_ms=threshold_ms))


def started(simulated: bool = False) -> e.ContactStarted:
    return e.ContactStarted(at=T0, contact_id="k1", tenant_id="t1", customer_id="c1", simulated=simulated)


def queued(ms: int = 0, queue_id: str = "q1", why: str = "new") -> e.InteractionQueued:
    return e.InteractionQueued(at=T0 + ms, **IDS, queue_id=queue_id, medium="chat", needs={}, since=T0, why=why)


def accepted(ms: int, queue_id: str = "q1", agent_id: str = LI) -> e.OfferAccepted:
    return e.OfferAccepted(at=T0 + ms, **IDS, queue_id=queue_id, offer_id="o1", agent_id=agent_id, waited_ms=ms)


def ended(ms: int, outcome: Any = "handled", queue_id: str = "q1") -> e.InteractionEnded:
    return e.InteractionEnded(at=T0 + ms, **IDS, queue_id=queue_id, by=CUSTOMER, reason="ended", outcome=outcome)


def wrapped(ms: int, acw_ms: int, agent_id: str = LI) -> e.HandlingWrappedUp:
    return e.HandlingWrappedUp(
        at=T0 + ms, **IDS, queue_id="q1", agent_id=agent_id, disposition="resolved", acw_ms=acw_ms
    )


def rated(score: int) -> e.ContactRated:
    return e.ContactRated(at=T0 + 999_000, **IDS, score=score)


def transferred(ms: int, to: str = "q2") -> e.InteractionTransferred:
    return e.InteractionTransferred(at=T0 + ms, **IDS, agent_id=LI, from_queue_id="q1", to_queue_id=to)


def folded(*events: e.AnyEvent) -> Book:
    book = Book()
    for seq, event in enumerate(events, 1):
        book.take(seq, event)
    return book


def counts(book: Book, queue_id: str = "q1") -> Counts:
    return total(sums for key, sums in book.deltas.items() if key.queue_id == queue_id)


def test_an_answered_contact() -> None:
    book = folded(defined(), started(), queued(), accepted(12_000), ended(100_000), wrapped(130_000, 30_000), rated(5))
    assert counts(book) == Counts(
        offered=1, answered=1, answered_in_time=1, waited_ms=12_000, longest_wait_ms=12_000, handled=1, talk_ms=88_000,
        acw_ms=30_000, ratings=1, rating_sum=5, satisfied=1,
    )  # fmt: skip
    assert (asa_ms(counts(book)), aht_ms(counts(book)), csat(counts(book))) == (12_000, 118_000, 100)


@pytest.mark.parametrize(("wait_ms", "in_time"), [(20_000, 1), (20_001, 0)])
def test_in_time_is_up_to_the_threshold_and_not_a_moment_later(wait_ms: int, in_time: int) -> None:
    book = folded(defined(), started(), queued(), accepted(wait_ms))
    assert counts(book).answered_in_time == in_time


def test_whoever_leaves_before_an_answer_has_abandoned_and_early_leavers_are_left_out_of_the_level() -> None:
    late = counts(folded(defined(), started(), queued(), ended(45_000, "abandoned")))
    assert (late.abandoned, late.abandoned_in_time, late.answered, late.longest_wait_ms) == (1, 0, 0, 45_000)
    assert service_level(late) == 0
    early = counts(folded(defined(), started(), queued(), ended(5_000, "abandoned")))
    assert (early.abandoned, early.abandoned_in_time) == (1, 1)
    assert service_level(early) is None, "nobody to judge is not the same as nobody served"


def test_coming_back_after_a_rejection_is_the_same_wait() -> None:
    offered = e.InteractionOffered(
        at=T0 + 1000, **IDS, queue_id="q1", offer_id="o1", agent_id="a2", proof_due_at=0, ring_due_at=0,
        reason=Reason(rule="longest_idle", waited_ms=0),
    )  # fmt: skip
    book = folded(defined(), started(), queued(), offered, queued(9_000, why="no_answer"), accepted(30_000))
    assert counts(book).offered == 1
    assert counts(book).waited_ms == 30_000
    assert counts(book).answered_in_time == 0


def test_a_transfer_is_a_new_stay_and_its_wait_starts_anew() -> None:
    book = folded(
        defined(), defined("q2", 10_000), started(), queued(), accepted(5_000), transferred(65_000),
        queued(65_000, "q2", "transfer"), wrapped(70_000, 5_000), accepted(73_000, "q2", "a2"),
        ended(173_000, queue_id="q2"), wrapped(180_000, 7_000, "a2"), rated(2),
    )  # fmt: skip
    first, second = counts(book), counts(book, "q2")
    assert (first.talk_ms, first.acw_ms, first.ratings) == (60_000, 5_000, 0)
    assert (second.offered, second.answered_in_time, second.waited_ms) == (1, 1, 8_000)
    assert (second.talk_ms, second.acw_ms, second.ratings, second.satisfied) == (100_000, 7_000, 1, 0)


def test_a_customer_who_leaves_after_a_transfer_has_abandoned_the_second_queue() -> None:
    """The engine says `handled`, since an agent had talked; the second queue nevertheless failed the customer."""
    book = folded(
        defined(), defined("q2"), started(), queued(), accepted(1), transferred(2), queued(2, "q2", "transfer"),
        ended(60_000, "handled", "q2"),
    )  # fmt: skip
    assert (counts(book).abandoned, counts(book, "q2").abandoned) == (0, 1)


def test_an_agent_who_is_retired_gives_the_contact_back_as_a_new_stay() -> None:
    book = folded(defined(), started(), queued(), accepted(1000), queued(61_000, why="agent_retired"), accepted(70_000))
    assert (counts(book).offered, counts(book).answered, counts(book).talk_ms) == (2, 2, 60_000)


def test_a_second_rating_replaces_the_first() -> None:
    book = folded(defined(), started(), queued(), accepted(1), ended(2), rated(5), rated(2))
    assert (counts(book).ratings, counts(book).rating_sum, counts(book).satisfied) == (1, 2, 0)


def test_simulated_and_real_contacts_never_share_a_row() -> None:
    book = folded(defined(), started(simulated=True), queued(), accepted(1))
    assert set(book.deltas) == {Key("t1", "q1", T0, True)}


def test_a_contact_counts_where_it_entered_even_if_it_ends_later() -> None:
    book = folded(defined(), started(), queued(), accepted(10), ended(3 * INTERVAL_MS))
    assert {key.at for key in book.deltas} == {T0}


def test_what_began_before_the_figures_did_is_left_out_and_nothing_breaks() -> None:
    book = folded(accepted(1), ended(2), wrapped(3, 1), rated(4))
    assert book.deltas == {}


STORY: list[e.AnyEvent] = [
    defined(), defined("q2"), started(), queued(), queued(3_000, why="rejected"), accepted(5_000), transferred(9_000),
    queued(9_000, "q2", "transfer"), wrapped(9_500, 500), accepted(20_000, "q2", "a2"), ended(30_000, queue_id="q2"),
    wrapped(31_000, 1_000, "a2"), rated(3), rated(4),
]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=6))
def test_batches_that_come_again_count_once(repeats: list[tuple[int, int]]) -> None:
    """FAULTS 20, 23: a reader may be restarted anywhere and be given again what it has seen."""
    rows = list(enumerate(STORY, 1))
    once, again = Book(), Book()
    for seq, event in rows:
        once.take(seq, event)
        again.take(seq, event)
        for start, stop in repeats:
            if stop <= seq:
                for old_seq, old in rows[start:stop]:
                    again.take(old_seq, copy.copy(old))
    assert again.deltas == once.deltas
    assert again.visits == once.visits


def test_the_rule_stands_beside_the_figure_in_both_languages() -> None:
    counts_ = Counts(answered=9, answered_in_time=8, abandoned=2, abandoned_in_time=1)
    zh, en = level(counts_, 20_000, "zh-CN", goal=80), level(counts_, 20_000, "en", goal=80)
    assert zh.percent == en.percent == 80
    assert zh.rule.startswith("20 秒内接起的占比")
    assert en.rule.startswith("Share answered within 20 s")
    for locale in ("zh-CN", "en"):
        assert all(text and not text.startswith("figures.") for text in rules(locale).values())
