"""We call back: in turn, with the place kept, or at the time that the customer chose."""

from __future__ import annotations

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.events import AnyEvent
from rexian.engine.specs import QueuePolicy
from tests.engine.play import CUSTOMER, Play, names, only
from tests.engine.policies import offers, publish

DAY = 86_400_000


def command(id: str, due_at: int = 0) -> cmd.RequestCallBack:
    return cmd.RequestCallBack(interaction_id=id, due_at=due_at)


def line() -> Play:
    """Two wait in a chat, nobody is there."""
    p = Play()
    p.queue()
    p.start("1")
    p.after(5_000)
    p.start("2")
    return p


def call_back(p: Play, id: str, due_at: int = 0) -> list[AnyEvent]:
    return p.do(command(id, due_at))


def test_the_place_is_kept_although_the_page_is_closed() -> None:
    p = line()
    p.do(cmd.SetCustomerPresence(interaction_id="1", present=False))
    requested = only(call_back(p, "1"), ev.CallBackRequested)
    assert (requested.due_at, requested.medium) == (0, "voice")
    assert p.do(cmd.SetCustomerPresence(interaction_id="1", present=False)) == []
    p.after(600_000)
    assert p.floor.position("1") == (1, 2)
    p.agent("李", capacity={"voice": 1})
    assert p.rings_at("1") == "李"


def test_who_can_call_is_asked_at_once() -> None:
    p = line()
    p.agent("李", capacity={"voice": 1})
    assert offers(call_back(p, "2")) == [("2", "李")]


def test_asking_twice_is_asking_once() -> None:
    p = line()
    call_back(p, "1")
    assert call_back(p, "1") == []
    call_back(p, "2", p.now + DAY)
    assert call_back(p, "2", p.now + DAY) == []
    assert p.refused(command("2", p.now + 2 * DAY)) == "not_waiting"


def test_a_booked_one_leaves_the_line_until_its_time() -> None:
    p = line()
    due_at = p.now + 3_600_000
    call_back(p, "1", due_at)
    assert (p.i("1").state, p.i("1").waited_ms, p.floor.position("1")) == ("scheduled", 5_000, None)
    assert (p.floor.position("2"), p.floor.queue("q").scheduled) == ((1, 1), 1)  # type: ignore[union-attr]
    assert [i.id for i in p.floor.scheduled("q")] == ["1"]
    p.agent("李", capacity={"voice": 1})
    assert p.rings_at("1") is None
    assert p.floor.next_due() == due_at
    queued = only(p.after(3_600_000), ev.InteractionQueued)
    assert (queued.why, queued.since, queued.medium) == ("call_back", due_at - 300_000, "voice")
    assert (p.rings_at("1"), p.floor.scheduled("q")) == ("李", [])


def test_the_head_start_of_a_booked_one_is_the_tenants_choice() -> None:
    p = line()
    publish(p, q=QueuePolicy(call_back_lead_ms=3_000))
    call_back(p, "1", p.now + 10_000)
    p.after(10_000)
    assert p.floor.position("1") == (2, 2)


def test_a_time_in_the_past_or_beyond_a_month_is_refused() -> None:
    p = line()
    for due_at in (p.now, p.now - 1, p.now + 30 * DAY + 1, -5):
        assert p.refused(command("1", due_at)) == "bad_time"
    assert call_back(p, "1", p.now + 30 * DAY)


def test_only_who_waits_can_ask_for_it() -> None:
    p = line()
    p.agent("李")
    assert p.refused(command("1")) == "not_waiting", "it rings"
    p.accept("1")
    assert p.refused(command("1")) == "not_waiting"
    assert p.refused(command("?")) == "unknown_interaction"


def ringing() -> Play:
    """One has called in and rings at 李's desk."""
    p = Play()
    p.queue()
    p.agent("李", capacity={"voice": 1})
    p.start("1", medium="voice")
    p.do(cmd.SetCustomerPresence(interaction_id="1", present=False))
    return p


def test_who_rings_at_a_desk_may_go_and_rings_on() -> None:
    p = ringing()
    assert names(call_back(p, "1")) == ["CallBackRequested"]
    assert (p.rings_at("1"), p.i("1").call_back, p.i("1").away_due_at) == ("李", True, 0)
    assert p.refused(command("1", p.now + DAY)) == "not_waiting", (
        "a time can be booked before or after, not while it rings"
    )
    p.accept("1")
    assert (p.i("1").state, p.i("1").call_back) == ("talking", True), "李 calls"


def test_who_went_while_it_rang_in_vain_keeps_the_place() -> None:
    p = ringing()
    p.start("2", medium="voice")
    call_back(p, "1")
    p.after(600_000)
    assert (p.i("1").state, p.i("1").call_back, p.floor.position("1")) == ("queued", True, (1, 2))


def test_a_booked_one_can_be_called_off() -> None:
    p = line()
    call_back(p, "1", p.now + 3_600_000)
    p.after(60_000)
    ended = only(p.do(cmd.EndInteraction(interaction_id="1", by=CUSTOMER)), ev.InteractionEnded)
    assert (ended.outcome, ended.waited_ms) == ("abandoned", 5_000)
    assert p.after(3_600_000) == [] or "InteractionQueued" not in names(p.log[-3:])
    assert p.floor.queue("q").scheduled == 0  # type: ignore[union-attr]


def test_it_is_nobodys_to_end_or_to_transfer_but_the_customer_may_write() -> None:
    p = line()
    call_back(p, "1", p.now + 3_600_000)
    p.agent("李", capacity={"voice": 1})
    move = cmd.TransferInteraction(interaction_id="1", agent_id="李", to_queue_id="q")
    assert p.refused(move) == "not_talking"
    assert names(p.say("1", "请打我另一个号码")) == ["MessagePosted"]


def test_who_waits_for_a_person_gives_that_up() -> None:
    p = Play()
    p.queue()
    publish(p, q=QueuePolicy(named_agent_ms=600_000))
    p.agent("李", capacity={"chat": 1, "voice": 1})
    p.start("0")
    p.start("1", named_agent_id="李")
    assert p.i("1").target_agent_id == "李"
    assert offers(call_back(p, "1")) == [("1", "李")], "李 may call beside the chat"
    assert p.i("1").target_agent_id is None


def test_self_service_leaves_a_mark_in_the_journal_and_nothing_on_the_floor() -> None:
    p = Play()
    before = p.floor.checksum()
    served = cmd.RecordSelfService(
        contact_id="c", tenant_id="云杉", customer_id="周先生", medium="voice", path="bot", took_ms=40_000
    )
    event = only(p.do(served), ev.SelfServed)
    assert (event.path, event.took_ms) == ("bot", 40_000)
    assert list(p.floor.contacts()) == []
    assert before != p.floor.checksum(), "but for the instant"
