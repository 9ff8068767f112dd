"""The people of the demo city: some forty agents of levels 1 to 5, and the three through whom a newcomer enters."""

from __future__ import annotations

from rexian.directory.demo.city import ANHE, JIANGLAN, OPERATOR, XINGQIAO, YUNSHAN, Agent, Company

# name, level, team (from 1), skills of the company itself; then common skills. `~`: minor, lent out only.
_OWN: dict[str, tuple[tuple[str, int, int, str], ...]] = {
    "yunshan": (
        ("林沐阳", 5, 1, "phone5 home4 repair5 en4"),
        ("何思齐", 4, 1, "phone4 repair3 en3 yue4"),
        ("罗一鸣", 3, 1, "phone3 home2"),
        ("宋佳宁", 3, 2, "home4 repair3 sichuan3"),
        ("唐若溪", 2, 2, "home2 ~phone2"),
        ("许知行", 2, 1, "phone2 en3"),
        ("韩雪晴", 1, 2, "home1 phone1"),
        ("冯天成", 1, 1, "phone1"),
    ),
    "jianglan": (
        ("邓永昌", 5, 1, "outage5 bill4 connection4 sichuan5"),
        ("曹志敏", 4, 1, "outage4 bill3"),
        ("彭海涛", 3, 1, "outage3 ~connection2 minnan3"),
        ("曾秋月", 3, 2, "bill4 connection4"),
        ("萧文静", 2, 2, "bill3 outage2"),
        ("田立群", 2, 1, "outage2 dongbei4"),
        ("董小满", 1, 2, "bill1 connection1"),
    ),
    "xingqiao": (
        ("袁振宇", 5, 2, "mobile5 broadband5 dispute5 en4"),
        ("潘玉洁", 4, 2, "dispute4 broadband3 yue4"),
        ("于嘉禾", 4, 1, "mobile4 dispute3 en3"),
        ("蒋晨曦", 3, 1, "mobile3 broadband2 en2"),
        ("蔡明远", 3, 2, "broadband4 dispute3 minnan4"),
        ("余可心", 2, 1, "mobile2 ~broadband2"),
        ("杜云飞", 1, 1, "mobile1"),
        ("叶子衿", 2, 2, "broadband2 wu4"),
    ),
    "anhe": (
        ("程安之", 5, 1, "claim5 policy5 en3"),
        ("苏静姝", 4, 1, "claim4 policy3 wu3"),
        ("魏长风", 3, 1, "claim3 dongbei3"),
        ("吕青禾", 3, 2, "policy4 ~claim2"),
        ("丁若兰", 2, 2, "policy2 claim2"),
        ("任书航", 1, 2, "policy1"),
    ),
}
# Who of them is lent by another company.
_PARTNERS = {
    "罗一鸣": "华信服务", "许知行": "华信服务", "冯天成": "华信服务", "韩雪晴": "锐联外包", "唐若溪": "锐联外包",
    "田立群": "华信服务", "余可心": "锐联外包", "杜云飞": "华信服务", "任书航": "锐联外包",
}  # fmt: skip
# Shared staff of the city's operator: name, level, team, whom they serve, skills per company.
_SHARED: tuple[tuple[str, int, int, str, str], ...] = (
    ("沈清越", 5, 1, "yunshan xingqiao anhe", "phone4 home4 repair3 mobile5 broadband4 dispute4 policy4 en5"),
    ("姜一诺", 4, 1, "yunshan xingqiao", "phone4 repair3 mobile4 broadband3 en4"),
    ("崔浩宇", 4, 2, "jianglan anhe", "outage4 bill4 claim3 policy4 dongbei4"),
    ("钟灵秀", 3, 2, "yunshan jianglan", "phone3 home3 bill3 connection3 yue4"),
    ("谭思敏", 3, 3, "jianglan xingqiao anhe", "outage3 mobile3 broadband3 claim2 sichuan4"),
    ("陆景明", 3, 3, "jianglan anhe", "outage3 claim3 policy2"),
    ("范雨菲", 3, 3, "yunshan xingqiao", "phone3 home3 mobile3 en3"),
    ("方子墨", 2, 1, "yunshan xingqiao", "phone2 mobile2 ~home2"),
    ("石小磊", 2, 2, "jianglan xingqiao", "bill2 connection2 broadband2 sichuan3"),
    ("熊丽娜", 2, 3, "anhe jianglan", "claim2 policy2 outage2"),
    ("金海蓝", 1, 2, "yunshan anhe", "home1 phone1 policy1"),
)

_COMPANIES = {company.key: company for company in (YUNSHAN, JIANGLAN, XINGQIAO, ANHE)}
_COMMON = {
    "en": "lang:en",
    "yue": "dialect:yue",
    "sichuan": "dialect:sichuan",
    "wu": "dialect:wu",
    "minnan": "dialect:minnan",
    "dongbei": "dialect:dongbei",
}


def _skills(text: str, serves: tuple[Company, ...]) -> dict[str, int]:
    """Read `phone4 ~home2 en3`: levels by full name, negative for a minor skill."""
    found = {"lang:zh-CN": 5}
    for word in text.split():
        short, level = word.lstrip("~")[:-1], int(word[-1]) * (-1 if word.startswith("~") else 1)
        if short in _COMMON:
            found[_COMMON[short]] = level
            continue
        owner = next(one for one in serves if any(ability.key == f"product:{short}" for ability in one.abilities))
        found[f"{owner.key}/product:{short}"] = level
    return found


def _all_skills(level: int) -> dict[str, int]:
    found = {f"{one.key}/{ability.key}": level for one in _COMPANIES.values() for ability in one.abilities}
    return {"lang:zh-CN": 5, "lang:en": level, "dialect:yue": 3, **found}


def _simulated() -> list[Agent]:
    agents = []
    for key, staff in _OWN.items():
        company = _COMPANIES[key]
        for name, level, team, skills in staff:
            agents.append(_agent(name, company, level, team, (company,), skills))
    for name, level, team, served, skills in _SHARED:
        serves = tuple(_COMPANIES[key] for key in served.split())
        agents.append(_agent(name, OPERATOR, level, team, serves, skills))
    return agents


def _agent(name: str, employer: Company, level: int, team: int, serves: tuple[Company, ...], skills: str) -> Agent:
    chats = {1: 2, 2: 2, 5: 4}.get(level, 3)
    site = "云港二号楼" if team == 2 else "云港一号楼"
    return Agent(name, employer, level, team, serves, _skills(skills, serves), chats, _PARTNERS.get(name), site)


SIMULATED = tuple(_simulated())
NEWCOMER = Agent("李晓雯", OPERATOR, 4, 1, tuple(_COMPANIES.values()), _all_skills(4), site="云港一号楼")
"""The agent as whom a newcomer answers a contact: serves everybody and can do everything."""
