"""What is kept and told of live calls on a real journal: figures, the desk's rows, the story for each reader."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from rexian.directory.tenants.tables import tenant
from rexian.engine.commands import (
    AcceptOffer,
    CompleteTransfer,
    Consult,
    JoinInteraction,
    LeaveInteraction,
    NoteReception,
    NoteRecording,
    QueueInteraction,
    ReceiveContact,
    SetHold,
    SetRecording,
    TakeOver,
)
from rexian.engine.specs import Party
from rexian.kit.ids import new_id
from rexian.runtime import journal
from rexian.runtime.port import Content
from rexian.work.desk.detail import contact_detail
from rexian.work.desk.listing import Filters, chosen, items_of
from rexian.work.desk.reader import DeskReader
from rexian.work.desk.tables import contact, interaction
from rexian.work.figures.contract import Counts, sums
from rexian.work.figures.reader import FiguresReader
from rexian.work.figures.service import receptions
from rexian.work.figures.tables import figures_reception, figures_visit
from rexian.work.trace.model import Reader
from rexian.work.trace.service import trace_of
from tests.work.conftest import Stage
from tests.work.directory import LI, QUEUES, TENANTS, WANG

YUNSHAN, PHONE = TENANTS["yunshan"], QUEUES["phone"]


async def _receive(stage: Stage, name: str) -> str:
    """A customer reaches the menu; returns the interaction's id."""
    stage.ids |= {name: new_id(), f"{name}/1": new_id()}
    await stage.do(
        ReceiveContact(
            contact_id=stage.ids[name], interaction_id=stage.ids[f"{name}/1"], tenant_id=YUNSHAN,
            customer_id=stage.customer("chen"), medium="chat",
        )
    )  # fmt: skip
    return stage.ids[f"{name}/1"]


async def _handed_over(stage: Stage) -> tuple[str, str]:
    """Menu 5 s, Li answers at once and talks for 60 s, 20 of them on hold; then Wang, whom Li asked, for 40 s."""
    first, ask, li = await _receive(stage, "c"), new_id(), Party("agent", LI)
    await stage.do(NoteReception(interaction_id=first, node="greeting", kind="prompt"))
    stage.clock.advance(5_000)
    await stage.do(NoteReception(interaction_id=first, node="menu", kind="choice", value=PHONE))
    await stage.available(LI)
    await stage.do(QueueInteraction(interaction_id=first, queue_id=PHONE))
    await stage.accept("c")
    await stage.available(WANG)
    stage.clock.advance(10_000)
    await stage.do(SetRecording(interaction_id=first, by=li, state="on", why="consent"))
    await stage.do(SetHold(interaction_id=first, agent_id=LI, on=True))
    stage.clock.advance(20_000)
    await stage.do(SetHold(interaction_id=first, agent_id=LI, on=False), li)
    note = Content(id=new_id(), tenant_id=YUNSHAN, contact_id=stage.ids["c"], interaction_id=first, author=li,
                   kind="note", text="要退货")  # fmt: skip
    asking = Consult(interaction_id=first, agent_id=LI, consult_id=ask, to_agent_id=WANG)
    await stage.do(asking, li, [note])
    await _accept(stage, ask)
    stage.clock.advance(30_000)
    await stage.do(CompleteTransfer(interaction_id=first, agent_id=LI, consult_id=ask), li)
    await stage.wrap_up("c", LI)
    stage.clock.advance(10_000)
    await stage.do(
        NoteRecording(interaction_id=ask, recording_id=new_id(), sha256="ab" * 32, duration_ms=69_000, size=9)
    )
    stage.ids["c/1"] = ask
    await stage.end("c", Party("customer", stage.customer("chen")))
    return first, ask


async def _accept(stage: Stage, interaction_id: str) -> None:
    one = await stage.port.ask(lambda floor: floor.interaction(interaction_id))
    assert one is not None
    assert one.offer_id is not None
    assert one.agent_id is not None
    await stage.do(AcceptOffer(offer_id=one.offer_id, agent_id=one.agent_id), Party("agent", one.agent_id))


async def _counts(stage: Stage) -> Counts:
    async with stage.db.system() as tx:
        return (await sums(tx, [PHONE], 0)).get(PHONE, Counts())


# -- figures -----------------------------------------------------------------------------------------------------------
async def test_a_consultation_counts_from_when_it_takes_the_customer_and_hold_is_part_of_the_talk(stage: Stage) -> None:
    await _handed_over(stage)
    await stage.read(FiguresReader())
    counts = await _counts(stage)
    assert (counts.offered, counts.answered, counts.answered_in_time, counts.abandoned) == (2, 2, 2, 0)
    assert (counts.handled, counts.talk_ms, counts.hold_ms) == (2, 60_000 + 40_000, 20_000)


async def test_a_consultation_that_only_gave_advice_counts_nowhere(stage: Stage) -> None:
    await stage.available(LI)
    await stage.start("c")
    await stage.accept("c")
    await stage.available(WANG)
    ask = new_id()
    await stage.do(Consult(interaction_id=stage.ids["c/1"], agent_id=LI, consult_id=ask, to_queue_id=PHONE))
    await _accept(stage, ask)
    stage.clock.advance(30_000)
    await stage.end("c")
    await stage.read(FiguresReader(), DeskReader())
    counts = await _counts(stage)
    assert (counts.offered, counts.answered, counts.handled, counts.talk_ms) == (1, 1, 1, 30_000)
    async with stage.db.system() as tx:
        rows = {row.id: row for row in await tx.execute(select(interaction))}
        listed = await items_of(stage.db, (await tx.execute(chosen(Filters()))).all())
    assert (rows[ask].outcome, rows[ask].consult_of) == ("consult", stage.ids["c/1"])
    assert [item.outcome for item in listed] == ["handled"], "the list shows the customer's interaction"


async def test_whoever_leaves_in_the_reception_is_counted_there_and_in_no_queue(stage: Stage) -> None:
    customer = Party("customer", stage.customer("chen"))
    for name, by in (("m", customer), ("v", Party("system", "voicemail"))):
        await _receive(stage, name)
        stage.clock.advance(3_000)
        await stage.end(name, by)
    await _handed_over(stage)
    await stage.read(FiguresReader(), DeskReader())
    async with stage.db.system() as tx:
        came = await receptions(tx, [YUNSHAN], 0)
        assert (came.received, came.left) == (3, 1)
        left = (await tx.execute(select(interaction).where(interaction.c.contact_id == stage.ids["m"]))).one()
    assert (left.queue_id, left.outcome, left.medium) == (None, "abandoned", "chat")
    assert (await _counts(stage)).abandoned == 0
    async with stage.db.tenant(TENANTS["jianglan"]) as tx:
        assert (await receptions(tx, [YUNSHAN], 0)).received == 0, "another company's wall"


async def test_a_take_over_is_a_second_handling_of_the_same_answer(stage: Stage) -> None:
    await stage.available(LI)
    await stage.start("c")
    await stage.accept("c")
    stage.clock.advance(20_000)
    await stage.do(SetHold(interaction_id=stage.ids["c/1"], agent_id=LI, on=True))
    stage.clock.advance(5_000)
    await stage.do(TakeOver(interaction_id=stage.ids["c/1"], agent_id=WANG))
    stage.clock.advance(40_000)
    await stage.end("c")
    await stage.read(FiguresReader(), DeskReader())
    counts = await _counts(stage)
    assert (counts.offered, counts.answered, counts.handled) == (1, 1, 2)
    assert (counts.talk_ms, counts.hold_ms) == (65_000, 5_000)
    async with stage.db.system() as tx:
        row = (await tx.execute(select(contact))).one()
    assert row.agent_ids == [LI, WANG]


async def test_batches_of_calls_may_be_cut_anywhere_and_come_again(stage: Stage) -> None:
    """FAULTS 20, 23."""
    await _handed_over(stage)
    await _receive(stage, "m")
    await stage.end("m", Party("customer", stage.customer("chen")))
    await stage.read(FiguresReader(), DeskReader())
    whole = await _everything(stage)
    async with stage.db.system() as tx:
        batch = await journal.read(tx, stage.floor_id, after=0)
        for reader in (FiguresReader(), DeskReader()):
            for item in batch:
                await reader.handle(tx, [item])
            await reader.handle(tx, batch)
    assert await _everything(stage) == whole


async def _everything(stage: Stage) -> list[Any]:
    async with stage.db.system() as tx:
        found = [
            (await tx.execute(select(table).order_by(*table.primary_key.columns))).all()
            for table in (contact, interaction, figures_visit, figures_reception)
        ]
    return [*found, await _counts(stage)]


# -- the contact -------------------------------------------------------------------------------------------------------
async def test_the_contact_shows_its_interactions_and_lists_its_recordings(stage: Stage) -> None:
    first, ask = await _handed_over(stage)
    detail = await contact_detail(stage.db, YUNSHAN, stage.ids["c"])
    rows = {one.id: one for one in detail.interactions}
    assert (rows[first].medium, rows[first].talk_ms, rows[first].hold_ms) == ("chat", 60_000, 20_000)
    assert (rows[first].end_reason, rows[ask].consult_of) == ("transferred", None)
    assert [(one.interaction_id, one.duration_ms, one.why) for one in detail.recordings] == [(ask, 69_000, "stopped")]


# -- the story ---------------------------------------------------------------------------------------------------------
async def _story(stage: Stage, reader: Reader, locale: str = "zh-CN") -> list[str]:
    told = await trace_of(stage.db, YUNSHAN, stage.ids["c"], locale, reader)
    return [entry.text for entry in told.entries]


async def test_the_supervisor_reads_the_whole_call(stage: Stage) -> None:
    await _handed_over(stage)
    story = await _story(stage, "supervisor")
    assert [text for text in story if "派接" not in text and "等了" not in text] == [
        "客户发起咨询",
        "进入自助接待",
        "播放语音「问候语」",
        "客户在「主菜单」选择手机售后",
        "从接待菜单进入队列「手机售后」排队",
        "李晓雯接起，客户几乎没有等待",
        "李晓雯开启录音（客户已获告知并同意）",
        "李晓雯请客户稍候，通话保持",
        "李晓雯恢复通话，客户被保持了 20 秒",
        "李晓雯咨询王磊：「要退货」",
        "王磊接起，客户几乎没有等待",
        "王磊接过客户",
        "李晓雯完成转接，双方谈了 1 分钟，其中保持 20 秒",
        "李晓雯进入话后处理，限时到 " + next(text[-8:] for text in story if "限时到" in text),
        "李晓雯完成小结：resolved（话后处理 0 秒）",
        "录音已保存，时长 1 分 9 秒",
        "客户结束会话，双方谈了 40 秒",
        "王磊进入话后处理，限时到 " + [text[-8:] for text in story if "限时到" in text][-1],
    ]
    english = await _story(stage, "supervisor", "en")
    assert "李晓雯 took the customer back after 20 s on hold" in english
    assert "李晓雯 handed the customer over after 1 min of talk, 20 s of it on hold" in english


async def test_the_customer_hears_of_their_call_and_nothing_of_what_colleagues_asked(stage: Stage) -> None:
    await _handed_over(stage)
    assert await _story(stage, "customer") == [
        "您联系了我们",
        "您联系了我们，由自助菜单接待",
        "您选择了手机售后",
        "您开始排队",
        "正在为您接通客服",
        "客服接起",
        "通话开始录音",
        "请您稍候，通话保持",
        "我们回到通话，您稍候了 20 秒",
        "另一位客服接手，继续为您服务",
        "您结束了咨询，共谈了 40 秒",
    ]


async def test_listeners_are_told_as_the_company_wants_and_never_to_the_customer(stage: Stage) -> None:
    await stage.available(LI)
    await stage.start("c")
    await stage.accept("c")
    id = stage.ids["c/1"]
    for role in ("listen", "whisper", "barge", "listen"):
        await stage.do(JoinInteraction(interaction_id=id, person_id=WANG, role=role))  # type: ignore[arg-type]
    await stage.do(LeaveInteraction(interaction_id=id, person_id=WANG))
    whole = ["王磊开始旁听", "王磊开始耳语指导，客户听不到", "王磊加入通话", "王磊开始旁听", "王磊停止旁听"]
    discreet = ["王磊加入通话", "王磊离开通话"]

    async def told(reader: Reader) -> list[str]:
        return [text for text in await _story(stage, reader) if "王磊" in text or "另一位" in text]

    assert await told("supervisor") == await told("agent") == whole
    async with stage.db.system() as tx:
        await tx.execute(update(tenant).where(tenant.c.tenant_id == YUNSHAN).values(supervision_shown=False))
    assert (await told("supervisor"), await told("agent")) == (whole, discreet)
    assert await told("customer") == ["另一位客服加入通话", "另一位客服离开通话"]
