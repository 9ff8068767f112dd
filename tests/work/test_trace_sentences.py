"""The trace: any contact's journal reads as a story, in Chinese and in English, whatever happened in it."""

from __future__ import annotations

import typing
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from rexian.engine import events as e
from rexian.engine.specs import (
    STRATEGIES,
    AgentSpec,
    Alternative,
    NoteKind,
    ParticipantRole,
    Party,
    Passed,
    Policy,
    QueueSpec,
    Reason,
    RecordingState,
    StepKind,
)
from rexian.kit import i18n
from rexian.work.reading import Row, decode
from rexian.work.trace.for_customer import SOMETIMES, UNTOLD, customer_sentence
from rexian.work.trace.model import Names, Reader, Words, spoken
from rexian.work.trace.sentences import sentence, told_kinds
from rexian.work.trace.story import as_text, tell

T0 = 1_760_335_325_000  # 2025-10-13 14:02:05 in Shanghai
LI, WANG, CHEN = "a-li", "a-wang", "c-chen"
IDS: dict[str, Any] = {"contact_id": "k1", "interaction_id": "i1"}


def names(locale: str = "zh-CN", reader: Reader = "supervisor") -> Names:
    return Names(
        locale=locale,
        reader=reader,
        rules={"typhoon": "台风抢险" if locale == "zh-CN" else "Typhoon"},
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


def test_the_supervisor_reads_how_it_was_decided_the_agent_only_why() -> None:
    event = offered(
        rule="weighted_shares", idle_ms=5_000, needs={"product:phone": 2, "partner:华信服务": 1}, candidates=3, step=1,
        runner_up=Passed(agent_id=WANG, why="share_reached"), blocked={"reserved": 2, "not_lent": 1}, waited_ms=65_000,
        score=125_000, policy=4,
    )  # fmt: skip
    assert sentence(event, names())[0] == (
        "派接给李晓雯：按合作方份额轮到（空闲 5 秒），符合技能 手机 2 级以上、华信服务，放宽到第 1 步，共 3 人可接，"
        "其次是王磊（所属合作方的份额已够），另有空闲但不能接的：辅助技能未借用 1 人、为其他队列留用 2 人，"
        "客户已等 1 分 5 秒，排序分 125000，依据策略第 4 版"
    )
    assert sentence(event, names(reader="agent"))[0] == (
        "派接给李晓雯：按合作方份额轮到（空闲 5 秒），符合技能 手机 2 级以上、华信服务，放宽到第 1 步，"
        "客户已等 1 分 5 秒"
    )
    assert customer_sentence(event, names()) == "正在为您接通客服"
    freed = offered(rule="agent_freed", next_up="0123456789abcdef", score=10**13 + 8_000, policy=1)
    assert sentence(freed, names("en"))[0] == (
        "Offered to 李晓雯: just became free and took the one who was first in line; otherwise would have taken the "
        "contact ending in 89abcdef; score 8000 besides being an emergency; by version 1 of the policy"
    )


@pytest.mark.parametrize(
    ("event", "zh", "en", "customer"),
    [
        (
            e.InteractionWidened(at=T0, **IDS, queue_id="q1", step=2, kind="other_team", alternatives=("message",)),
            "放宽第 2 步：请其他班组来接，客户可选留言",
            "Widened, step 2: other teams may take it; the customer may leave a message",
            "为了让您少等，我们请更多客服来接，您也可以留言",
        ),
        (
            e.CallBackRequested(at=T0, **IDS, queue_id="q1", due_at=T0 + 86_400_000, medium="voice"),
            "客户预约 10-14 14:02 回电",
            "The customer booked a call-back for 10-14 14:02",
            "您预约了 10-14 14:02 的回电",
        ),
        (
            e.CallBackRequested(at=T0, **IDS, queue_id="q1", due_at=0, medium="voice"),
            "客户请我们回电，排队位置保留",
            "The customer asked to be called back, the place is kept",
            "您请我们回电，您的位置为您保留",
        ),
        (
            e.SelfServed(
                at=T0, contact_id="k1", tenant_id="t1", customer_id=CHEN, medium="chat", path="bot", took_ms=65_000
            ),
            "机器人为陈先生解决了问题，用时 1 分 5 秒",
            "The bot solved it for 陈先生 in 1 min 5 s",
            "智能助手为您解决了问题",
        ),
        (
            e.RuleSwitched(at=T0, tenant_id="t1", rule_id="typhoon", on=True),
            "打开规则「台风抢险」",
            "The rule “Typhoon” was switched on",
            None,
        ),
        (
            e.RuleSwitched(at=T0, tenant_id="t1", rule_id="gone", on=False, by_timer=True),
            "规则「gone」到时结束",
            "The rule “gone” ended at its time",
            None,
        ),
        (
            e.LendingChanged(at=T0, queue_id="q1", on=True, waiting=6, waited_ms=65_000),
            "队列「手机售后」开始借用辅助技能人员：6 人在等，最久的等了 1 分 5 秒",
            "The queue “Phone support” is lent people with minor skills: 6 wait, the longest for 1 min 5 s",
            None,
        ),
        (
            e.PolicyPublished(at=T0, policy=Policy(tenant_id="t1", version=3), active=("typhoon",)),
            "路由策略第 3 版生效，规则生效：台风抢险",
            "Version 3 of the routing policy is in force; rules that hold: Typhoon",
            None,
        ),
        (
            e.InteractionQueued(
                at=T0, **IDS, queue_id="q1", medium="chat", needs={}, since=T0, why="preference_timeout"
            ),
            "想要的坐席一直没有空，改由队列「手机售后」派接，等待时间不清零",
            "The agent it asked for never became free, left to the queue “Phone support” with the waiting time kept",
            "您想找的客服暂时没有空，改由其他客服接待，您的位置不变",
        ),
        (
            e.InteractionQueued(
                at=T0, **IDS, queue_id="q1", medium="chat", needs={}, since=T0, emergency=True,
                expected=(60_000, 180_000), target_agent_id=WANG, target_kind="last_agent", target_due_at=T0 + 20_000,
                attributes={"region": "滨海区", "mood": "急"},
            ),
            "进入队列「手机售后」排队，紧急，最先接，先等上次接待的王磊，到 14:02:25，告知客户约等 1 分钟 至 3 分钟，"
            "已知mood为急、地区为滨海区",
            "Joined the queue “Phone support”; an emergency, first of all; "
            "waits for 王磊, who talked to the customer last, until 14:02:25; "
            "the customer was told to expect 1 min to 3 min; known: mood 急, Region 滨海区",
            "您开始排队，情况紧急，最先为您安排，先为您联系上次接待您的客服，预计等候 1 分钟 至 3 分钟",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, e.Event) else "",
)  # fmt: skip
def test_what_the_policy_does_is_told_to_each_in_their_words(
    event: e.Event, zh: str, en: str, customer: str | None
) -> None:
    assert sentence(event, names())[0] == zh
    assert sentence(event, names("en"))[0] == en
    assert customer_sentence(event, names()) == customer


def test_the_customers_story_leaves_out_what_is_not_theirs() -> None:
    moments: list[e.Event] = [
        e.ContactStarted(at=T0, contact_id="k1", tenant_id="t1", customer_id=CHEN),
        _queued(T0),
        e.NoteAdded(at=T0 + 10, contact_id="k1", note_id="n1", author=Party("agent", LI)),
        msgspec.structs.replace(offered(rule="last_agent", waited_ms=80_000), at=T0 + 80_000),
        e.OfferRejected(at=T0 + 84_000, **IDS, offer_id="o1", agent_id=LI),
        _queued(T0 + 84_000, "rejected"),
    ]
    rows = [_row(n, event, "骂人的话") for n, event in enumerate(moments, 1)]
    told = tell(rows, names(reader="customer"))
    assert [entry.text for entry in told] == [
        "您联系了我们", "您开始排队", "您等了 1 分 20 秒", "正在为您接通上次接待您的客服",
        "正在为您换一位客服，您的位置不变",
    ]  # fmt: skip
    assert not any(entry.detail for entry in told if entry.kind != "Waited")


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


@pytest.mark.parametrize("reader", typing.get_args(Reader))
@pytest.mark.parametrize("locale", i18n.LOCALES)
@pytest.mark.parametrize("kind", typing.get_args(e.AnyEvent), ids=lambda kind: kind.__name__)
def test_every_event_with_every_code_reads_as_a_whole_sentence(
    kind: type[e.Event], locale: str, reader: Reader
) -> None:
    words = Words(kind="text", text="你好", file_name="a.png")
    for event in _variants(kind):
        if reader == "customer":
            told = customer_sentence(event, names(locale, reader), words)
            assert kind in SOMETIMES or (told is None) == (kind in UNTOLD)
            text = told or "-"
            for inner in ("李晓雯", "王磊", "坐席", "agent", "typhoon", "i2"):
                assert inner not in text, text
        else:
            text, _ = sentence(event, names(locale, reader), words)
        assert text
        assert "trace." not in text, f"no sentence for {event}"
        assert "policy." not in text, f"no word for something in {event}"
        assert "{" not in text.replace("x{y}", ""), f"a hole in {text}"


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
        "preference_timeout", "call_back", "reception", "consult", "customer_left", "ended", "stopped", "disk_full",
    ],
    "state": ["available", "not_ready", "after_contact_work", *typing.get_args(RecordingState)],
    "reason": [
        None, "break", "lunch", "ended", "customer_away",
        *(Reason(rule=rule, waited_ms=5000, attempt=2) for rule in
          (*STRATEGIES, "only_one_free", "agent_freed", "interrupts", "transfer_to_agent", "last_agent",
           "named_agent", "consult")),
        *(Reason(rule=rule, waited_ms=0, runner_up=Passed("x", why)) for rule in STRATEGIES for why in
          ("busier", "shorter_idle", "minor_skill", "share_reached", "more_occupied", "broader_skills",
           "more_contacts")),
        *(Reason(rule="longest_idle", waited_ms=0, blocked={cause: 2}) for cause in
          ("declined", "reserved", "not_lent", "ceiling")),
        Reason(rule="agent_freed", waited_ms=0, step=2, score=10**13 + 7, next_up="i2", policy=3),
    ],
    "by_system": [False, True],
    "by_timer": [False, True],
    "simulated": [False, True],
    "kind": ["text", "file", *typing.get_args(StepKind), *typing.get_args(NoteKind)],
    "role": [*typing.get_args(ParticipantRole)],
    "hold_ms": [0, 65_000],
    "talk_ms": [0, 65_000],
    "queue_id": ["q1", ""],
    "value": ["", "1", "person"],
    "node": ["menu", "own_node"],
    "path": ["self_service", "bot"],
    "on": [True, False],
    "emergency": [False, True],
    "target_kind": ["", "last_agent", "named_agent"],
    "target_agent_id": [None, WANG],
    "expected": [None, (60_000, 120_000)],
    "attributes": [{}, {"region": "滨海区", "topic": "停电", "x{y}": "z"}],
    "alternatives": [(), typing.get_args(Alternative)],
    "due_at": [T0, 0],
    "policy": [Policy(tenant_id="t1", version=3)],
    "active": [(), ("typhoon",)],
    "outcome": ["handled", "abandoned", "consult"],
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
