"""People over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.params import Parameter
from msgspec import Meta, Struct
from sqlalchemy import select

from rexian.directory.act import Act, acting, acting_everywhere, locate, tenant_for, within
from rexian.directory.api import Cursor, Limit, Retired, Search, TenantFilter
from rexian.directory.page import LIMIT, Page, page_of
from rexian.directory.people.model import (
    NewPerson,
    NewSkill,
    NewTeam,
    Person,
    PersonChange,
    PersonSkill,
    Skill,
    SkillChange,
    Team,
    TeamChange,
)
from rexian.directory.people.queries import get_person, having_role, matching, people, person_of, visible
from rexian.directory.people.service import change_person, create_person, set_roles, set_skills
from rexian.directory.people.skills import change_skill, create_skill, get_skill, retire_skill, skill_of, skills
from rexian.directory.people.tables import person, skill, team
from rexian.directory.people.teams import change_team, create_team, retire_team, team_of
from rexian.directory.principal import Principal
from rexian.directory.scopes import Role
from rexian.directory.sign_in.account import reset_totp, session_only, store_password
from rexian.directory.sign_in.password import check_choice
from rexian.directory.sign_in.service import SignIn, set_hash
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem

Skills = Annotated[list[PersonSkill], Meta(max_length=100)]
Roles = Annotated[list[Role], Meta(max_length=10)]


class NewPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password that an administrator gives to somebody."""

    password: Annotated[str, Meta(max_length=200)]


class PeopleController(Controller):
    """People: who works here, what they may do and can do."""

    path = "/api/people"
    tags = ("directory",)

    @get("/", opt={"scope": "people.read"}, operation_id="listPeople", summary="People within reach")
    async def list_people(
        self,
        who: Principal,
        db: Database,
        q: Search = None,
        role: Role | None = None,
        team_id: UUID | None = None,
        active: Annotated[bool | None, Parameter(description="Those who work here, or those who left.")] = None,
        tenant_id: TenantFilter = None,
        cursor: Cursor = None,
        limit: Limit = LIMIT,
    ) -> Page[Person]:
        """List people who are employed by, or serve, a tenant within reach."""
        found = people().where(visible(within(who, "people.read", tenant_id)))
        if q:
            found = found.where(matching(q))
        if role:
            found = found.where(having_role(role))
        if team_id is not None:
            found = found.where(person.c.team_id == str(team_id))
        if active is not None:
            found = found.where(person.c.active == active)
        administered = who.reach("people.write")
        async with db.system() as tx:
            return await page_of(
                tx,
                found,
                person.c.id,
                lambda row: person_of(row, administered=administered),
                cursor=cursor,
                limit=limit,
            )

    @post("/", opt={"scope": "people.write"}, operation_id="createPerson", summary="Make a person")
    async def create(self, data: NewPerson, who: Principal, db: Database, clock: Clock, sign_in: SignIn) -> Person:
        """Make a person, with a password if one is given."""
        session_only(who)
        employer = await tenant_for(db, clock, who, "people.write", data.tenant_id)
        encoded = None
        if data.password is not None:
            check_choice(data.password, email=data.email)
            encoded = await sign_in.passwords.hash(data.password)
        async with acting_everywhere(db, clock, who, employer) as act:
            made = await create_person(act, data, may_lend=who.reach("people.write"), operator=_operator(who))
            if encoded is not None:
                await set_hash(act.tx, employer, made.id, encoded, act.now_ms)
            return made

    @get("/{person_id:uuid}", opt={"scope": "people.read"}, operation_id="getPerson", summary="One person")
    async def read(self, person_id: UUID, who: Principal, db: Database, clock: Clock) -> Person:
        """Return a person who is employed by, or serves, a tenant within reach."""
        administered = who.reach("people.write")
        async with db.system() as tx:
            near = people().where(person.c.id == str(person_id), visible(who.reach("people.read")))
            row = (await tx.execute(near)).one_or_none()
            if row is not None:
                return person_of(row, administered=administered)
        await locate(db, clock, who, "people.read", person, str(person_id))
        raise Problem("scope_missing", 403, scope="people.read")

    @patch("/{person_id:uuid}", opt={"scope": "people.write"}, operation_id="changePerson", summary="Change a person")
    async def change(self, person_id: UUID, data: PersonChange, who: Principal, db: Database, clock: Clock) -> Person:
        """Change a person. `active` false shuts them out at once, open sockets included."""
        session_only(who)
        owner = await locate(db, clock, who, "people.write", person, str(person_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            await _check_rank(act, who, str(person_id))
            return await change_person(act, str(person_id), data, may_lend=who.reach("people.write"))

    @put("/{person_id:uuid}/skills", opt={"scope": "people.write"}, operation_id="setSkills", summary="Set skills")
    async def set_skills(self, person_id: UUID, data: Skills, who: Principal, db: Database, clock: Clock) -> Person:
        """Give a person exactly these skills."""
        owner = await locate(db, clock, who, "people.write", person, str(person_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            return await set_skills(act, str(person_id), data)

    @put("/{person_id:uuid}/roles", opt={"scope": "people.write"}, operation_id="setRoles", summary="Set roles")
    async def set_roles(self, person_id: UUID, data: Roles, who: Principal, db: Database, clock: Clock) -> Person:
        """Give a person exactly these roles. Nobody changes their own."""
        session_only(who)
        owner = await locate(db, clock, who, "people.write", person, str(person_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            return await set_roles(act, str(person_id), data, operator=_operator(who))

    @post("/{person_id:uuid}/password", opt={"scope": "people.write"}, status_code=204, operation_id="setPassword",
          summary="Give a person a new password")  # fmt: skip
    async def set_password(
        self, person_id: UUID, data: NewPassword, who: Principal, db: Database, clock: Clock, sign_in: SignIn
    ) -> None:
        """Give a person a new password; their sessions end."""
        session_only(who)
        owner = await locate(db, clock, who, "people.write", person, str(person_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            await _check_rank(act, who, str(person_id))
            email = (await get_person(act.tx, str(person_id), administered=[owner])).email or ""
        check_choice(data.password, email=email)
        await store_password(sign_in, who, owner, str(person_id), data.password)

    @post("/{person_id:uuid}/reset-second-factor", opt={"scope": "people.write"}, status_code=204,
          operation_id="resetSecondFactor", summary="Turn off a second factor that was lost")  # fmt: skip
    async def reset_second_factor(
        self, person_id: UUID, who: Principal, db: Database, clock: Clock, sign_in: SignIn
    ) -> None:
        """Turn somebody's second factor off; their sessions end. Nobody resets their own: they end it with a code."""
        session_only(who)
        owner = await locate(db, clock, who, "people.write", person, str(person_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            await _check_rank(act, who, str(person_id))
        if str(person_id) == who.person_id:
            raise Problem("not_yourself", 409)
        await reset_totp(sign_in, who, owner, str(person_id))


class SkillController(Controller):
    """Skills: what people can and queues ask for."""

    path = "/api/skills"
    tags = ("directory",)

    @get("/", opt={"scope": "queue.read"}, operation_id="listSkills", summary="Skills within reach")
    async def list_skills(
        self,
        who: Principal,
        db: Database,
        tenant_id: TenantFilter = None,
        retired: Retired = False,
        cursor: Cursor = None,
        limit: Limit = LIMIT,
    ) -> Page[Skill]:
        """List the installation's skills and those of the tenants within reach."""
        found = skills(within(who, "queue.read", tenant_id), retired=retired)
        async with db.system() as tx:
            return await page_of(tx, found, skill.c.id, skill_of, cursor=cursor, limit=limit)

    @post("/", opt={"scope": "queue.write"}, operation_id="createSkill", summary="Make a skill")
    async def create(self, data: NewSkill, who: Principal, db: Database, clock: Clock) -> Skill:
        """Make a tenant's skill or, as a city operator, one of the whole installation."""
        owner = await tenant_for(db, clock, who, "queue.write", data.tenant_id)
        if data.common and not _operator(who):
            raise Problem("scope_missing", 403, scope="city_operator")
        async with acting_everywhere(db, clock, who, owner) as act:
            return await create_skill(act, data)

    @patch("/{skill_id:uuid}", opt={"scope": "queue.write"}, operation_id="changeSkill", summary="Rename a skill")
    async def change(self, skill_id: UUID, data: SkillChange, who: Principal, db: Database, clock: Clock) -> Skill:
        """Rename a skill. Its key stays: it stands in the journal."""
        owner = await self._owner(db, clock, who, str(skill_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            return await change_skill(act, str(skill_id), data)

    @delete("/{skill_id:uuid}", opt={"scope": "queue.write"}, operation_id="retireSkill", summary="Retire a skill")
    async def retire(self, skill_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
        """Take a skill out of use; refused while a queue needs it."""
        owner = await self._owner(db, clock, who, str(skill_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            await retire_skill(act, str(skill_id))

    async def _owner(self, db: Database, clock: Clock, who: Principal, skill_id: str) -> str:
        """Return the tenant in whose name the skill is changed: a common one in the city operator's."""
        async with db.system() as tx:
            common = (await get_skill(tx, skill_id)).tenant_id is None
        if not common:
            return await locate(db, clock, who, "queue.write", skill, skill_id)
        if not _operator(who):
            raise Problem("scope_missing", 403, scope="city_operator")
        return who.tenant_id


class TeamController(Controller):
    """Teams: who works together, and in which shift."""

    path = "/api/teams"
    tags = ("directory",)

    @get("/", opt={"scope": "people.read"}, operation_id="listTeams", summary="Teams within reach")
    async def list_teams(
        self,
        who: Principal,
        db: Database,
        tenant_id: TenantFilter = None,
        retired: Retired = False,
        cursor: Cursor = None,
        limit: Limit = LIMIT,
    ) -> Page[Team]:
        """List the teams of the tenants within reach."""
        reach = within(who, "people.read", tenant_id)
        found = select(team) if retired else select(team).where(team.c.retired_at.is_(None))
        async with db.tenants(reach) as tx:
            return await page_of(tx, found, team.c.id, team_of, cursor=cursor, limit=limit)

    @post("/", opt={"scope": "people.write"}, operation_id="createTeam", summary="Make a team")
    async def create(self, data: NewTeam, who: Principal, db: Database, clock: Clock) -> Team:
        """Make a team, with a calendar of hours as its shift."""
        owner = await tenant_for(db, clock, who, "people.write", data.tenant_id)
        async with acting(db, clock, who, owner) as act:
            return await create_team(act, data)

    @patch("/{team_id:uuid}", opt={"scope": "people.write"}, operation_id="changeTeam", summary="Change a team")
    async def change(self, team_id: UUID, data: TeamChange, who: Principal, db: Database, clock: Clock) -> Team:
        """Change a team's name or shift."""
        owner = await locate(db, clock, who, "people.write", team, str(team_id))
        async with acting(db, clock, who, owner) as act:
            return await change_team(act, str(team_id), data)

    @delete("/{team_id:uuid}", opt={"scope": "people.write"}, operation_id="retireTeam", summary="Dissolve a team")
    async def retire(self, team_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
        """Dissolve a team; its people stay."""
        owner = await locate(db, clock, who, "people.write", team, str(team_id))
        async with acting(db, clock, who, owner) as act:
            await retire_team(act, str(team_id))


def _operator(who: Principal) -> bool:
    return "city_operator" in who.roles


async def _check_rank(act: Act, who: Principal, person_id: str) -> None:
    """Only a city operator touches a city operator's account. Raises `Problem` (403)."""
    if "city_operator" in (await get_person(act.tx, person_id)).roles and not _operator(who):
        raise Problem("role_too_high", 403, role="city_operator")


routes = [PeopleController, SkillController, TeamController]
