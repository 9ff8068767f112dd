"""The demo city as data: an operator and four invented companies that share one floor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Shift = Literal["early", "late", "night", "office"]


def demo_id(block: int, number: int) -> str:
    """Return an id that is the same in every demo: block (kind of thing) and number in the form of a UUIDv7."""
    return f"019a0000-0000-7000-8000-{block:04x}{number:08x}"


TENANTS, FLOOR, SKILLS, QUEUES, HOURS, TEAMS, PEOPLE, CUSTOMERS, SITES = range(1, 10)


@dataclass(frozen=True, slots=True)
class Ability:
    """A skill of a company."""

    key: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Line:
    """A queue, and the topic of the company's chat site that leads to it."""

    key: str
    name: str
    name_en: str
    needs: dict[str, int]
    head_start_ms: int = 0
    service_level_ms: int = 20_000
    goal: int = 80


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant of the city."""

    number: int
    key: str
    name: str
    name_en: str
    colour: str
    greeting: str = ""
    greeting_en: str = ""
    abilities: tuple[Ability, ...] = ()
    lines: tuple[Line, ...] = ()
    urgent: tuple[str, str, str, str] | None = None  # a topic of its own: key, label, label in English, key of the line
    teams: tuple[tuple[str, str, Shift], ...] = field(default=())

    @property
    def id(self) -> str:
        return demo_id(TENANTS, self.number)


OPERATOR = Company(
    1, "city", "云港热线城", "Yungang Hotline City", "#475569",
    teams=(
        ("共享早班组", "Shared early shift", "early"),
        ("共享中班组", "Shared late shift", "late"),
        ("共享夜班组", "Shared night shift", "night"),
        ("运营管理部", "Operations", "office"),
    ),
)  # fmt: skip

YUNSHAN = Company(
    2, "yunshan", "云杉智能", "Yunshan Devices", "#0f766e",
    "您好，这里是云杉智能客户服务。手机、智能家居的使用、维修和保修问题，我们的客服人员都可以帮您解决。",
    "Hello, this is Yunshan Devices. Our people help you with phones, smart home, repairs and warranty.",
    abilities=(
        Ability("product:phone", "手机", "Phones"),
        Ability("product:home", "智能家居", "Smart home"),
        Ability("product:repair", "维修保修", "Repairs and warranty"),
    ),
    lines=(
        Line("phone", "手机使用", "Phones", {"product:phone": 1}),
        Line("home", "智能家居", "Smart home", {"product:home": 1}),
        Line("repair", "维修与保修", "Repairs and warranty", {"product:repair": 2}),
        Line("english", "英语服务", "English service", {"product:phone": 1, "lang:en": 3}, goal=75),
    ),
    teams=(("手机组", "Phone team", "early"), ("家居与维修组", "Home and repair team", "late")),
)  # fmt: skip

JIANGLAN = Company(
    3, "jianglan", "江岚供电服务热线", "Jianglan Power Hotline", "#b45309",
    "您好，江岚供电服务热线为您服务。停电报修、电费查询、用电业务办理，请直接告诉我们。",
    "Hello, this is the Jianglan Power Hotline: outages, bills, new connections.",
    abilities=(
        Ability("product:outage", "停电报修", "Outages"),
        Ability("product:bill", "电费", "Electricity bills"),
        Ability("product:connection", "用电业务", "Connections"),
    ),
    lines=(
        Line("outage", "停电报修", "Power outages", {"product:outage": 2}, 60_000, 15_000, 90),
        Line("bill", "电费与账单", "Bills", {"product:bill": 1}),
        Line("connection", "用电业务办理", "Connections", {"product:connection": 1}, goal=75),
    ),
    urgent=("danger", "触电、着火等紧急情况", "Electric shock, fire and other emergencies", "outage"),
    teams=(("抢修受理组", "Outage desk", "night"), ("营业受理组", "Customer desk", "early")),
)  # fmt: skip

XINGQIAO = Company(
    4, "xingqiao", "星桥电信", "Xingqiao Telecom", "#6d28d9",
    "您好，欢迎咨询星桥电信。套餐、宽带、账单和漫游问题，人工客服为您解答。",
    "Hello, this is Xingqiao Telecom: plans, broadband, bills and roaming.",
    abilities=(
        Ability("product:mobile", "移动业务", "Mobile"),
        Ability("product:broadband", "宽带", "Broadband"),
        Ability("product:dispute", "账单争议", "Billing disputes"),
    ),
    lines=(
        Line("plan", "手机与套餐", "Mobile and plans", {"product:mobile": 1}),
        Line("broadband", "宽带报修", "Broadband repair", {"product:broadband": 2}),
        Line("dispute", "账单争议", "Billing disputes", {"product:dispute": 3}, 30_000, 30_000, 85),
        Line("roaming", "国际漫游", "Roaming", {"product:mobile": 2, "lang:en": 2}, goal=75),
    ),
    teams=(("移动业务组", "Mobile team", "early"), ("宽带与争议组", "Broadband and disputes team", "late")),
)  # fmt: skip

ANHE = Company(
    5, "anhe", "安和保险", "Anhe Insurance", "#be123c",
    "您好，这里是安和保险。出险报案、理赔进度、保单变更，我们随时为您服务。",
    "Hello, this is Anhe Insurance: claims and policies, at any hour.",
    abilities=(
        Ability("product:claim", "理赔", "Claims"),
        Ability("product:policy", "保单", "Policies"),
    ),
    lines=(
        Line("claim", "理赔报案", "Claims", {"product:claim": 2}, 30_000, 15_000, 85),
        Line("policy", "保单服务", "Policies", {"product:policy": 1}),
    ),
    urgent=("injury", "有人受伤", "Somebody is hurt", "claim"),
    teams=(("理赔组", "Claims team", "night"), ("保单组", "Policy team", "early")),
)  # fmt: skip

COMPANIES = (YUNSHAN, JIANGLAN, XINGQIAO, ANHE)
ALL = (OPERATOR, *COMPANIES)

SHIFTS: dict[Shift, tuple[str, str, str, str]] = {
    "early": ("早班 06:00–14:00", "Early shift 06:00–14:00", "06:00", "14:00"),
    "late": ("中班 14:00–22:00", "Late shift 14:00–22:00", "14:00", "22:00"),
    "night": ("夜班 22:00–06:00", "Night shift 22:00–06:00", "22:00", "06:00"),
    "office": ("工作日 09:00–18:00", "Working days 09:00–18:00", "09:00", "18:00"),
}


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of the demo. `skills`: `company key:ability` or a common skill; `~` before it: minor."""

    name: str
    employer: Company
    level: int
    team: int
    serves: tuple[Company, ...]
    skills: dict[str, int]
    chats: int = 3
    partner: str | None = None
    site: str | None = None
