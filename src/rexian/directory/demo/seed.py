"""Builds the demo city: once, in one transaction, through the same services as everybody else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.customers.tables import customer, identity
from rexian.directory.demo import names
from rexian.directory.demo.city import (
    ALL,
    COMPANIES,
    CUSTOMERS,
    FLOOR,
    HOURS,
    OPERATOR,
    QUEUES,
    SHIFTS,
    SITES,
    SKILLS,
    TEAMS,
    Agent,
    Company,
    demo_id,
)  # fmt: skip
from rexian.directory.demo.people import ADMIN, AGENT, DEMO_PASSWORD, SIMULATED_AGENT_IDS, SUPERVISOR, email_of
from rexian.directory.demo.policies import policy_of
from rexian.directory.demo.reception import flow_of
from rexian.directory.demo.staff import NEWCOMER, SIMULATED
from rexian.directory.floors.service import ensure_floor, put_on_floor
from rexian.directory.hours.model import ALWAYS, WEEKDAYS, Rules, Span
from rexian.directory.hours.schemas import NewHours
from rexian.directory.hours.service import create_hours
from rexian.directory.people.model import Capacity, NewPerson, NewSkill, NewTeam, PersonSkill
from rexian.directory.people.service import create_person
from rexian.directory.people.skills import COMMON, create_skill, ensure_common
from rexian.directory.people.teams import create_team
from rexian.directory.policies.contract import establish
from rexian.directory.queues.model import Need, NewQueue
from rexian.directory.queues.service import create_queue
from rexian.directory.reception.contract import establish as establish_flow
from rexian.directory.scopes import Role
from rexian.directory.sign_in.password import Passwords
from rexian.directory.sign_in.service import set_hash
from rexian.directory.signals import announce
from rexian.directory.sites.model import NewSite, Topic
from rexian.directory.sites.service import create_site
from rexian.directory.tenants.model import NewTenant
from rexian.directory.tenants.service import create_tenant
from rexian.directory.tenants.tables import tenant
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings

CUSTOMERS_EACH = 50
FLOOR_ID = demo_id(FLOOR, 1)


async def seed(db: Database, clock: Clock, settings: Settings) -> None:
    """Build the city unless it stands already. Raises `ValueError` outside of demo mode."""
    if not settings.demo:
        raise ValueError("the demo city is built in demo mode only")
    if await _stands(db):
        return
    hashes = await _hashes(settings)
    async with db.system() as tx:
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("demo city", 0))))
        if not (await tx.execute(select(tenant.c.tenant_id).where(tenant.c.tenant_id == OPERATOR.id))).first():
            await _Builder(tx, clock.now_ms()).build(hashes)
            await announce(tx, "directory_changed", tenant_id=OPERATOR.id)


async def _stands(db: Database) -> bool:
    async with db.system() as tx:
        return bool((await tx.execute(select(tenant.c.key).where(tenant.c.tenant_id == OPERATOR.id))).first())


async def _hashes(settings: Settings) -> dict[str, str]:
    passwords = Passwords(settings.argon2_memory_kib)
    return {person_id: await passwords.hash(DEMO_PASSWORD) for person_id in (AGENT, SUPERVISOR, ADMIN)}


class _Builder:
    """Makes everything in the order in which one thing needs the other."""

    def __init__(self, tx: AsyncConnection, now_ms: int) -> None:
        self.tx = tx
        self.now_ms = now_ms
        self.skills: dict[str, str] = {key: id for id, key, *_ in COMMON}
        self.teams: dict[tuple[str, int], str] = {}
        self.queues: dict[tuple[str, str], str] = {}
        self.always: dict[str, str] = {}  # calendars by company
        self.numbers: dict[int, int] = {}

    async def build(self, hashes: dict[str, str]) -> None:
        await ensure_floor(self.tx, id=FLOOR_ID, name="城市大厅", zone="Asia/Shanghai")
        await ensure_common(self.tx, self.now_ms)
        for company in ALL:
            await self._company(company)
        for person_id, agent in zip(SIMULATED_AGENT_IDS, SIMULATED, strict=True):
            await self._agent(person_id, agent)
        await self._agent(AGENT, NEWCOMER)
        await self._staff(SUPERVISOR, "陈国梁", ["supervisor"])
        await self._staff(ADMIN, "周敏", ["tenant_admin", "city_operator", "supervisor"])
        for person_id, encoded in hashes.items():
            await set_hash(self.tx, OPERATOR.id, person_id, encoded, self.now_ms)
        for company in COMPANIES:
            await self._customers(company)
            found = {key: id for (owner, key), id in self.queues.items() if owner == company.key}
            body, note = policy_of(company.key, found, self.teams)
            await establish(self._act(company), body, note)
            await establish_flow(self._act(company), *flow_of(company.key, found, self.always[company.key]))

    def _act(self, company: Company) -> Act:
        return Act(self.tx, company.id, self.now_ms, quiet=True)

    def _id(self, block: int) -> str:
        self.numbers[block] = self.numbers.get(block, 0) + 1
        return demo_id(block, self.numbers[block])

    async def _company(self, one: Company) -> None:
        act = self._act(one)
        new = NewTenant(key=one.key, name=one.name, name_en=one.name_en, colour=one.colour)
        await create_tenant(act, new, operator=one is OPERATOR)
        await put_on_floor(self.tx, one.id, FLOOR_ID)
        always = await create_hours(
            act, NewHours(id=self._id(HOURS), name="全天候 24 小时", name_en="Around the clock", rules=ALWAYS)
        )
        self.always[one.key] = always.id
        for ability in one.abilities:
            new_skill = NewSkill(
                id=self._id(SKILLS), key=ability.key, name=ability.name, name_en=ability.name_en, kind="product"
            )
            self.skills[f"{one.key}/{ability.key}"] = (await create_skill(act, new_skill)).id
        for number, (name, name_en, shift) in enumerate(one.teams, start=1):
            label, label_en, start, end = SHIFTS[shift]
            rules = Rules(
                weekly={day: (Span(start, end),) for day in (WEEKDAYS[:5] if shift == "office" else WEEKDAYS)},
                holidays="CN" if shift == "office" else "none",
            )
            hours = await create_hours(act, NewHours(id=self._id(HOURS), name=label, name_en=label_en, rules=rules))
            team = NewTeam(id=self._id(TEAMS), name=name, name_en=name_en, hours_id=hours.id)
            self.teams[one.key, number] = (await create_team(act, team)).id
        if one.lines:
            await self._lines(act, one, always.id)

    async def _lines(self, act: Act, one: Company, hours_id: str) -> None:
        topics = []
        for line in one.lines:
            needs = [
                Need(skill_id=self.skills.get(key) or self.skills[f"{one.key}/{key}"], level=level)
                for key, level in line.needs.items()
            ]
            new = NewQueue(
                id=self._id(QUEUES),
                name=line.name,
                name_en=line.name_en,
                needs=needs,
                priority=line.head_start_ms,
                service_level_ms=line.service_level_ms,
                service_level_goal=line.goal,
                hours_id=hours_id,
            )
            made = await create_queue(act, new)
            self.queues[one.key, line.key] = made.id
            topics.append(Topic(key=line.key, label=line.name, label_en=line.name_en, queue_id=made.id))
        if one.urgent:
            key, label, label_en, line_key = one.urgent
            topics.append(Topic(key=key, label=label, label_en=label_en, queue_id=self.queues[one.key, line_key]))
        await create_site(
            act,
            NewSite(
                id=self._id(SITES),
                key=one.key,
                name=f"{one.name}在线客服",
                name_en=f"{one.name_en} chat",
                greeting=one.greeting,
                greeting_en=one.greeting_en,
                colour=one.colour,
                origins=["*"],
                topics=topics,
                hours_id=hours_id,
            ),
        )

    async def _agent(self, person_id: str, agent: Agent) -> None:
        skills = [
            PersonSkill(skill_id=self.skills[name], level=abs(level), minor=level < 0)
            for name, level in agent.skills.items()
        ]
        new = NewPerson(
            id=person_id,
            name=agent.name,
            email=email_of(person_id),
            roles=["agent"],
            team_id=self.teams[agent.employer.key, agent.team],
            skills=skills,
            serves=[company.id for company in agent.serves],
            level=agent.level,
            capacity=Capacity(chat=agent.chats, voice=1),
            partner=agent.partner,
            site=agent.site,
        )
        await create_person(self._act(agent.employer), new, may_lend=[company.id for company in ALL])

    async def _staff(self, person_id: str, name: str, roles: list[Role]) -> None:
        everybody = [company.id for company in ALL]
        new = NewPerson(
            id=person_id,
            name=name,
            email=email_of(person_id),
            roles=roles,
            team_id=self.teams[OPERATOR.key, 4],
            serves=everybody,
            level=5,
        )
        await create_person(self._act(OPERATOR), new, may_lend=everybody, operator=True)

    async def _customers(self, company: Company) -> None:
        rows, known = [], []
        for number in range(CUSTOMERS_EACH):
            serial = (company.number - 2) * CUSTOMERS_EACH + number
            row, identities = _customer(company, serial)
            rows.append(row | {"created_at": self.now_ms})
            known += [one | {"created_at": self.now_ms} for one in identities]
        await self.tx.execute(customer.insert(), rows)
        await self.tx.execute(identity.insert(), known)
        await self._act(company).record("customer.imported", "tenant", company.id, count=len(rows))


def _customer(company: Company, serial: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a customer and identities: all have a phone, every third an e-mail; every twentieth is from abroad."""
    abroad = serial % 20 == 7
    name = names.FOREIGN[serial // 20 % len(names.FOREIGN)] if abroad else names.chinese_name(serial)
    own = {"tenant_id": company.id}
    id = demo_id(CUSTOMERS, serial + 1)
    number = names.foreign_phone(serial) if abroad else names.phone(serial)
    known = [{"id": demo_id(CUSTOMERS, 0x10000 + serial), "kind": "phone", "value": number}]
    if serial % 3 == 0:
        address = f"customer{serial:03d}@mail.example"
        known.append({"id": demo_id(CUSTOMERS, 0x20000 + serial), "kind": "email", "value": address})
    kind = "traveller" if abroad else {3: "elder", 11: "student", 16: "student"}.get(serial % 20, "")
    row = {"id": id, **own, "name": name, "locale": "en" if abroad else "zh-CN", "kind": kind}
    return row, [{**one, **own, "customer_id": id} for one in known]
