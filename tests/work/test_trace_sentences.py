"""The trace: any contact's journal reads as a story, in Chinese and in English, whatever happened in it."""

from __future__ import annotations

import typing
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from rexian.engine import events as e
from rexian.engine.specs import AgentSpec, Party, Passed, Policy, QueueSpec, Reason, StepKind
from rexian.kit import i18n
from rexian.work.reading import Row, decode
from rexian.work.trace.model import Names, Words, spoken
from rexian.work.trace.sentences import sentence, told_kinds
from rexian.work.trace.story import as_text, tell

T0 = 1_760_335_325_000  # 2025-10-13 14:02:05 in Shanghai
LI, WANG, CHEN = "a-li", "a-wang", "c-chen"
IDS: dict[str, Any] = {"contact_id": "k1", "interaction_id": "i1"}


def names(locale: str = "zh-CN") -> Names:
    return Names(
        locale=locale,
        zone=ZoneInfo("Asia/Shanghai"),
        agents={LI: "李晓雯", WANG: "王磊"},
        queues={"q1": "手机售后" if locale == "zh-CN" else "Phone support"},
        customers={CHEN: "陈先生"},
        skills={"product:phone": "手机" if locale == "zh-CN" else "phones"},
        dispositions={"resolved": "已解决"},
    )


def offered(**given: Any) -> e.InteractionOffered:
    reason: dict[str, Any] = {"rule": "longest_idle", "waited_ms": 0} | given
    return e.InteractionOffered(
        at=T0, **IDS, queue_id="q1", offer_id="o1", agent_id=LI, proof_due_at=T0 + 2000, ring_due_at=T0 + 20_000,
        reason=Reason(**reason),
    )  # fmt: skip


def test_an_offer_says_who_why_and_who_was_next() -> None:
    event = offered(
        idle_ms=492_000, needs={"product:phone": 3}, candidates=4, runner_up=Passed(agent_id=WANG, why="shorter_idle")
    )
    assert sentence(event, names())[0] == (
        "派接给李晓雯：空闲最久（8 分 12 秒），符合技能 手机 3 级以上，共 4 人可接，其次是王磊（空闲较短）"
    )
    assert sentence(event, names("en"))[0] == (
        "Offered to 李晓雯: idle longest (8 min 12 s); has the skills phones at level 3 or above; "
        "4 could have taken it; next was 王磊 (idle for less time)"
    )


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("minor_skill", "主技能对口者中空闲最久（5 秒），其次是王磊（只是辅助技能）"),
        ("busier", "手上会话最少（空闲 5 秒），其次是王磊（手上会话更多）"),
    ],
)
def test_idle_time_is_the_reason_only_among_equals(why: str, said: str) -> None:
    event = offered(idle_ms=5_000, runner_up=Passed(agent_id=WANG, why=why))
    assert sentence(event, names())[0] == f"派接给李晓雯：{said}"


@pytest.mark.parametrize(
    ("ms", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (59_499, "59 秒", "59 s"),
        (60_000, "1 分钟", "1 min"),
        (492_000, "8 分 12 秒", "8 min 12 s"),
        (3_600_000, "1 小时", "1 h"),
        (5_400_000, "1 小时 30 分", "1 h 30 min"),
        (90_000_000, "1 天 1 小时", "1 d 1 h"),
    ],
)
def test_durations_are_said_as_people_say_them(ms: int, zh: str, en: str) -> None:
    assert (spoken(ms, "zh-CN"), spoken(ms, "en")) == (zh, en)


def test_every_kind_of_event_has_a_sentence_of_its_own() -> None:
    assert told_kinds() == set(typing.get_args(e.AnyEvent))


@pytest.mark.parametrize("locale", i18n.LOCALES)
@pytest.mark.parametrize("kind", typing.get_args(e.AnyEvent), ids=lambda kind: kind.__name__)
def test_every_event_with_every_code_reads_as_a_whole_sentence(kind: type[e.Event], locale: str) -> None:
    for event in _variants(kind):
        text, _ = sentence(event, names(locale), Words(kind="text", text="你好", file_name="a.png"))
        assert text
        assert "trace." not in text, f"no sentence for {event}"
        assert "{" not in text, f"a hole in {text}"


def test_reasons_that_the_catalogue_does_not_know_are_shown_as_they_are() -> None:
    assert "new_rule" in sentence(offered(rule="new_rule"), names())[0]
    withdrawn = e.OfferWithdrawn(at=T0, **IDS, offer_id="o1", agent_id=LI, why="comet")
    assert "comet" in sentence(withdrawn, names("en"))[0]
    rejected = e.OfferRejected(at=T0, **IDS, offer_id="o1", agent_id=LI, reason="我在开会 {x}")
    assert sentence(rejected, names())[0] == "李晓雯拒接，理由：我在开会 {x}"


def test_a_kind_from_a_newer_version_does_not_break_the_story() -> None:
    rows = [
        _stored(1, "HologramOpened", {"type": "HologramOpened", "at": T0, "contact_id": "k1"}),
        _stored(2, "ContactClosed", {"at": T0}),  # a field is missing
        _row(3, e.ContactClosed(at=T0, contact_id="k1")),
    ]
    assert [entry.text for entry in tell(rows, names())] == [
        "发生了一个此版本不认识的事件：HologramOpened",
        "发生了一个此版本不认识的事件：ContactClosed",
        "联络关闭",
    ]


def test_waits_are_said_in_the_queue_at_the_desk_and_in_silence() -> None:
    customer, agent = Party("customer", CHEN), Party("agent", LI)
    moments: list[e.Event] = [
        e.ContactStarted(at=T0, contact_id="k1", tenant_id="t1", customer_id=CHEN),
        _queued(T0),
        _message(T0 + 50, 1, customer),
        msgspec.structs.replace(offered(waited_ms=80_000), at=T0 + 80_000),
        e.OfferAccepted(
            at=T0 + 84_000, **IDS, queue_id="q1", offer_id="o1", agent_id=LI, waited_ms=84_000
        ),
        _message(T0 + 90_000, 2, agent),
        _message(T0 + 220_000, 3, customer),
        e.InteractionEnded(
            at=T0 + 230_000, **IDS, queue_id="q1", by=customer, reason="ended", outcome="handled", agent_id=LI,
            waited_ms=84_000, talk_ms=146_000,
        ),
    ]  # fmt: skip
    words = {3: "手机充不进电", 6: "您好，我来看看"}
    rows = [_row(n, event, words.get(n, "")) for n, event in enumerate(moments, 1)]
    entries = tell(rows, names())
    assert as_text(entries, names()) == "\n".join(
        [
            "2025-10-13",
            "14:02:05 陈先生发起咨询",
            "14:02:05 进入队列「手机售后」排队，需要手机 2 级以上",
            "14:02:05 陈先生说：「手机充不进电」",
            "14:02:05 在队列「手机售后」等了 1 分 20 秒",
            "14:03:25 派接给李晓雯：空闲最久（0 秒），客户已等 1 分 20 秒",
            "14:03:25 响铃 4 秒",
            "14:03:29 李晓雯接起，客户共等待 1 分 24 秒",
            "14:03:35 李晓雯回复：「您好，我来看看」",
            "14:03:35 双方安静了 2 分 10 秒",
            "14:05:45 陈先生说：（内容已删除）",
            "14:05:55 客户结束会话，双方谈了 2 分 26 秒",
        ]
    )
    assert [entry.kind for entry in entries].count("Waited") == 3
    assert len({(entry.seq, entry.kind) for entry in entries}) == len(entries)


def test_words_are_shown_exactly_and_inert() -> None:
    """FAULTS 8, 19: markup, braces, right-to-left marks and emoji are text and nothing else."""
    nasty = "<script>alert(1)</script> {agent} \u202eevil\u202c 👩🏽‍💻 \ue5e5"
    text, _ = sentence(_message(T0, 1, Party("customer", CHEN)), names(), Words(kind="text", text=nasty))
    assert text == f"陈先生说：「{nasty}」"
    long = sentence(_message(T0, 1, Party("customer", CHEN)), names(), Words(kind="text", text="长" * 4000))[0]
    assert len(long) < 200
    assert long.endswith("…」")


def test_whoever_the_directory_no_longer_knows_has_a_general_name() -> None:
    bare = Names(locale="zh-CN", zone=ZoneInfo("Asia/Shanghai"))
    assert sentence(_message(T0, 1, Party("agent", "gone")), bare, Words(kind="text", text="好"))[0] == (
        "某坐席回复：「好」"
    )


def _row(seq: int, event: e.Event, text: str = "") -> Row:
    return _stored(seq, type(event).__name__, msgspec.to_builtins(event), text)


def _stored(seq: int, kind: str, body: dict[str, Any], text: str = "") -> Row:
    event = decode(kind, body)
    return Row(floor_id="f1", seq=seq, at=body["at"], kind=kind, body=body, event=event, text=text)


def _queued(at: int, why: str = "new") -> e.InteractionQueued:
    return e.InteractionQueued(
        at=at, **IDS, queue_id="q1", medium="chat", needs={"product:phone": 2}, since=at, credit_ms=0, why=why
    )


def _message(at: int, number: int, author: Party) -> e.MessagePosted:
    return e.MessagePosted(at=at, **IDS, message_id=f"m{number}", number=number, author=author, kind="text")


CODES: dict[str, list[Any]] = {
    "why": [
        "new", "rejected", "no_answer", "no_proof", "agent_not_ready", "agent_retired", "transfer", "transfer_timeout",
        "customer_left", "ended", "preference_timeout", "call_back",
    ],
    "state": ["available", "not_ready", "after_contact_work"],
    "reason": [
        None, "break", "lunch", "ended", "customer_away",
        *(Reason(rule=rule, waited_ms=5000, attempt=2) for rule in
          ("longest_idle", "only_one_free", "agent_freed", "transfer_to_agent", "least_occupied", "best_fitting",
           "fewest_contacts", "weighted_shares", "interrupts", "last_agent", "named_agent")),
        *(Reason(rule="longest_idle", waited_ms=0, runner_up=Passed("x", why)) for why in
          ("busier", "shorter_idle", "minor_skill", "share_reached", "more_occupied", "broader_skills",
           "more_contacts")),
    ],
    "by_system": [False, True],
    "by_timer": [False, True],
    "simulated": [False, True],
    "kind": ["text", "file", *typing.get_args(StepKind)],
    "attributes": [{"region": "north"}],
    "emergency": [False, True],
    "expected": [None, (1_000, 2_000)],
    "target_agent_id": [None, LI],
    "policy": [Policy(tenant_id="t1", version=3)],
    "active": [()],
    "on": [False, True],
    "alternatives": [()],
    "path": ["self_service", "bot"],
    "due_at": [T0, 0],
    "outcome": ["handled", "abandoned"],
    "disposition": ["", "resolved"],
    "to_agent_id": [None, WANG],
    "score": [1, 2, 3, 4, 5],
    "author": [Party("customer", CHEN), Party("agent", LI), Party("system", "floor")],
    "by": [Party("customer", CHEN), Party("agent", LI), Party("system", "floor")],
    "reader": [Party("customer", CHEN), Party("agent", LI), Party("system", "floor")],
    "queue": [QueueSpec(id="q1", tenant_id="t1")],
    "agent": [AgentSpec(id=LI)],
    "needs": [{"product:phone": 3}],
    "contact_ids": [("k1",)],
    "medium": ["chat"],
}  # fmt: skip


def _variants(kind: type[e.Event]) -> list[e.Event]:
    """One event per code that each field may carry, the other fields plain; only combinations that are valid."""
    fields = {field.name: field for field in msgspec.structs.fields(kind)}

    def plain(name: str) -> Any:
        return "x" if "str" in str(fields[name].type) else 1

    made = []
    for varied in fields:
        for value in CODES.get(varied, [plain(varied)]):
            body = {name: CODES[name][0] if name in CODES else plain(name) for name in fields} | {varied: value}
            try:
                made.append(msgspec.convert(msgspec.to_builtins(body) | {"type": kind.__name__}, kind))
            except msgspec.ValidationError:
                reasons = [r for r in CODES["reason"] if isinstance(r, Reason)]
                body |= {"reason": value if isinstance(value, Reason) else reasons[0], "why": "no_answer"}
                with_reason = msgspec.to_builtins(body) | {"type": kind.__name__}
                try:
                    made.append(msgspec.convert(with_reason, kind))
                except msgspec.ValidationError:
                    continue
    assert made, f"no variant of {kind.__name__} could be made"
    return made
