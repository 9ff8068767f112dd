"""How the demo's companies receive callers: a greeting, a menu in two levels, the way into English."""

from __future__ import annotations

from collections.abc import Mapping

from rexian.directory.reception.model import Closed, Code, Flow, Menu, Option, Queueing, Rating, Speech, Target

Ids = Mapping[str, str]
_ENGLISH = Option(key="9", label="英语", label_en="English", to=Target(kind="language", locale="en"))
_CHINESE = Option(key="8", label="中文", label_en="Chinese", to=Target(kind="language", locale="zh-CN"))
_BACK = Option(key="#", label="返回", label_en="Back", to=Target(kind="menu", menu="main"))


def flow_of(company: str, queues: Ids, hours_id: str | None) -> tuple[Flow, str]:
    """Return a company's flow and the note of its version; `queues` by the line's key."""
    greeting, greeting_en, person = _GREETINGS[company]
    main, sub = _MENUS[company](queues)
    flow = Flow(
        person=queues[person],
        greeting=Speech(text=greeting, text_en=greeting_en),
        first="main",
        menus=(
            Menu(id="main", name="主菜单", options=(*main, _ENGLISH, _CHINESE)),
            Menu(id=_SUB[company][0], name=_SUB[company][1], options=(*sub, _BACK)),
        ),
        queueing=Queueing(announce_every_s=30 if company == "jianglan" else 45),
        rating=Rating(),
        closed=Closed(hours_id=hours_id),
        codes=_CODES,
    )
    return flow, "首版"


_CODES = (
    Code(
        id="card", title="银行卡号", title_en="Card number", least=12, most=19, timeout_s=15,
        speech=Speech(
            text="请输入银行卡号，按井号键结束。", text_en="Please enter your card number, then press the hash key."
        ),
    ),
    Code(
        id="password", title="查询密码", title_en="Query password", least=6, most=6, shown="nothing",
        speech=Speech(
            text="请输入查询密码，按井号键结束。", text_en="Please enter your password, then press the hash key."
        ),
    ),
)  # fmt: skip
_GREETINGS = {
    "yunshan": ("您好，这里是云杉智能客户服务。", "Hello, this is Yunshan Devices.", "phone"),
    "jianglan": ("您好，江岚供电服务热线为您服务。", "Hello, this is the Jianglan Power Hotline.", "bill"),
    "xingqiao": ("您好，欢迎咨询星桥电信。", "Hello, this is Xingqiao Telecom.", "plan"),
    "anhe": ("您好，这里是安和保险。", "Hello, this is Anhe Insurance.", "policy"),
}
_SUB = {
    "yunshan": ("use", "产品使用"),
    "jianglan": ("outage", "停电报修"),
    "xingqiao": ("mobile", "手机业务"),
    "anhe": ("claim", "理赔"),
}
Options = tuple[Option, ...]


def _yunshan(queues: Ids) -> tuple[Options, Options]:
    main = (
        _to("1", "产品使用", "Using a product", "use"),
        _in("2", "维修与保修", "Repairs and warranty", queues["repair"]),
    )
    sub = (_in("1", "手机使用", "Phones", queues["phone"]), _in("2", "智能家居", "Smart home", queues["home"]))
    return main, sub


def _jianglan(queues: Ids) -> tuple[Options, Options]:
    outage = queues["outage"]
    main = (
        _to("1", "停电报修", "Power outages", "outage"),
        _in("2", "电费与账单", "Bills", queues["bill"]),
        _in("3", "用电业务办理", "Connections", queues["connection"]),
    )
    sub = (
        _in("1", "触电或着火等紧急情况", "Electric shock or fire", outage, topic="danger"),
        _in("2", "家里或单位停电", "No power at home or at work", outage, topic="outage"),
    )
    return main, sub


def _xingqiao(queues: Ids) -> tuple[Options, Options]:
    main = (
        _to("1", "手机业务", "Mobile phones", "mobile"),
        _in("2", "宽带报修", "Broadband repair", queues["broadband"]),
        _in("3", "账单争议", "Billing disputes", queues["dispute"]),
    )
    sub = (
        _in("1", "手机与套餐", "Mobile and plans", queues["plan"]),
        _in("2", "国际漫游", "Roaming", queues["roaming"]),
    )
    return main, sub


def _anhe(queues: Ids) -> tuple[Options, Options]:
    main = (_to("1", "出险报案", "Report a claim", "claim"), _in("2", "保单服务", "Policies", queues["policy"]))
    sub = (
        _in("1", "有人受伤", "Somebody is hurt", queues["claim"], topic="injury"),
        _in("2", "没有人受伤", "Nobody is hurt", queues["claim"], topic="claim"),
    )
    return main, sub


_MENUS = {"yunshan": _yunshan, "jianglan": _jianglan, "xingqiao": _xingqiao, "anhe": _anhe}


def _in(key: str, label: str, label_en: str, queue_id: str, **attributes: str) -> Option:
    return Option(
        key=key, label=label, label_en=label_en, to=Target(kind="queue", queue_id=queue_id, attributes=attributes)
    )


def _to(key: str, label: str, label_en: str, menu: str) -> Option:
    return Option(key=key, label=label, label_en=label_en, to=Target(kind="menu", menu=menu))
