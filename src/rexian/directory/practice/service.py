"""Making a shadow of a tenant, letting people practise there, and retiring it. Takes system transactions.

A shadow has queues, a chat site and a routing policy of its own, copied under new ids. Its queues ask for the very
skills of the real ones, so that people practise with what they can; it is always open, whatever the hours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from rexian.directory.act import Act
from rexian.directory.floors.service import put_on_floor
from rexian.directory.people.tables import person, person_serves, role_grant
from rexian.directory.policies.contract import Body, establish, published
from rexian.directory.queues.tables import queue, queue_need
from rexian.directory.signals import announce
from rexian.directory.sites.contract import Site, Topic
from rexian.directory.sites.service import site_of, sites
from rexian.directory.sites.tables import site
from rexian.directory.tenants.service import get_tenant
from rexian.directory.tenants.tables import tenant
from rexian.directory.text import email_key
from rexian.kit.ids import new_id
from rexian.kit.problem import FieldError, Problem, not_found
from rexian.runtime.tables import floor_tenant

MARK, MARK_EN = "演练 · ", "Drill · "
_NAME = 80


class Shadow(Struct, frozen=True, kw_only=True):
    """A shadow as it was made. `queues`: new id by the real one's; `topics`: new queue by what customers choose."""

    id: str
    floor_id: str
    site_key: str
    queues: dict[str, str]
    topics: dict[str, str]


class Trainee(Struct, frozen=True, kw_only=True):
    """Somebody who practises."""

    id: str
    name: str


# -- who practises ----------------------------------------------------------------------------------------------------
async def find_trainees(act: Act, emails: Sequence[str]) -> list[Trainee]:
    """Return those agents of `act.tenant_id`. Raises `Problem` (400) that names all who can't practise, and why."""
    keys = [email_key(email) for email in emails]
    errors: list[FieldError] = []
    found: dict[str, Trainee] = {}
    rows = {row.email_key: row for row in await act.tx.execute(_candidates(act.tenant_id, keys))}
    for index, (email, key) in enumerate(zip(emails, keys, strict=True)):
        row = rows.get(key)
        code = "unknown_trainee" if row is None else _trouble(row)
        if code:
            errors.append({"field": f"trainees.{index}", "code": code, "params": {"email": email[:80]}})
        elif row is not None:
            found[row.id] = Trainee(id=row.id, name=row.name)
    if errors:
        raise Problem(errors[0]["code"], 400, errors=errors, email=errors[0]["params"]["email"])
    return list(found.values())


def _candidates(tenant_id: str, keys: Sequence[str]) -> Any:
    serving = select(person_serves.c.person_id).where(person_serves.c.tenant_id == tenant_id)
    agent = select(role_grant.c.person_id).where(role_grant.c.role == "agent")
    practising = (
        select(person_serves.c.person_id)
        .join(tenant, tenant.c.tenant_id == person_serves.c.tenant_id)
        .where(tenant.c.shadow_of.is_not(None))
    )
    floors = (  # as `floors.wanted` has it
        select(floor_tenant.c.floor_id)
        .join(person_serves, person_serves.c.tenant_id == floor_tenant.c.tenant_id)
        .order_by(floor_tenant.c.floor_id)
        .limit(1)
    )
    home = select(floor_tenant.c.floor_id).where(floor_tenant.c.tenant_id == tenant_id).limit(1)
    return select(
        person.c.id, person.c.name, person.c.email_key,
        person.c.id.in_(serving).label("serves"),
        person.c.id.in_(agent).label("agent"),
        person.c.id.in_(practising).label("practises"),
        (
            floors.where(person_serves.c.person_id == person.c.id).correlate(person).scalar_subquery()
            == home.scalar_subquery()
        ).label("here"),
    ).where(
        person.c.email_key.in_(keys), person.c.active,
        (person.c.tenant_id == tenant_id) | person.c.id.in_(serving),
    )  # fmt: skip


def _trouble(row: Any) -> str:
    if not row.agent:
        return "trainee_not_agent"
    if row.practises:
        return "trainee_practises"
    return "trainee_elsewhere" if row.here is False else ""


async def take_on(act: Act, shadow_id: str, trainees: Sequence[Trainee], *, real_too: bool) -> None:
    """Let them serve the shadow from now on, and (unless `real_too`) nobody else meanwhile."""
    rows = [{"person_id": one.id, "tenant_id": shadow_id, "alone": not real_too} for one in trainees]
    await act.tx.execute(insert(person_serves).values(rows).on_conflict_do_nothing())
    for one in trainees:
        await announce(act.tx, "rights_changed", person_id=one.id)


async def dismiss(act: Act, shadow_id: str) -> None:
    """Nobody practises there any more."""
    left = delete(person_serves).where(person_serves.c.tenant_id == shadow_id).returning(person_serves.c.person_id)
    for row in (await act.tx.execute(left)).all():
        await announce(act.tx, "rights_changed", person_id=row.person_id)


# -- the shadow -------------------------------------------------------------------------------------------------------
async def copy_tenant(act: Act, shadow_id: str) -> Shadow:
    """Make a shadow of `act.tenant_id`. Raises `Problem`: 404 for a shadow itself, 409 `no_chat_queues`, `no_floor`."""
    real = await get_tenant(act.tx, act.tenant_id)
    if real.shadow_of is not None or not real.active:
        raise not_found("tenant")
    standing = select(floor_tenant.c.floor_id).where(floor_tenant.c.tenant_id == real.id)
    floor_id = (await act.tx.execute(standing)).scalar_one_or_none()
    if floor_id is None:
        raise Problem("no_floor", 409)
    key = f"drill-{shadow_id.replace('-', '')}"
    await act.tx.execute(
        tenant.insert().values(
            tenant_id=shadow_id, key=key, name=(MARK + real.name)[:_NAME], name_en=(MARK_EN + real.name_en)[:_NAME],
            colour=real.colour, zone=real.zone, operator=False, active=True, shadow_of=real.id, created_at=act.now_ms,
            supervision_shown=real.supervision_shown,
        )
    )  # fmt: skip
    await put_on_floor(act.tx, shadow_id, floor_id)
    queues = await _copy_queues(act, shadow_id)
    topics = await _copy_site(act, shadow_id, key, queues)
    await _copy_policy(act, shadow_id, queues)
    await announce(act.tx, "directory_changed", tenant_id=shadow_id)
    return Shadow(id=shadow_id, floor_id=floor_id, site_key=key, queues=queues, topics=topics)


async def _copy_queues(act: Act, shadow_id: str) -> dict[str, str]:
    live = select(queue).where(queue.c.tenant_id == act.tenant_id, queue.c.retired_at.is_(None)).order_by(queue.c.id)
    rows = (await act.tx.execute(live)).all()
    ids = {row.id: new_id() for row in rows}
    if not any(row.medium == "chat" for row in rows):
        raise Problem("no_chat_queues", 409)
    own = {"tenant_id": shadow_id, "hours_id": None, "created_at": act.now_ms}
    await act.tx.execute(queue.insert(), [dict(row._mapping) | own | {"id": ids[row.id]} for row in rows])
    needs = await act.tx.execute(select(queue_need).where(queue_need.c.queue_id.in_(list(ids))))
    asked = [dict(row._mapping) | {"queue_id": ids[row.queue_id], "tenant_id": shadow_id} for row in needs]
    if asked:
        await act.tx.execute(queue_need.insert(), asked)
    return ids


async def _copy_site(act: Act, shadow_id: str, key: str, queues: Mapping[str, str]) -> dict[str, str]:
    """One site for the topics of all of the tenant's, and for chat queues that stand under none."""
    own = [site_of(row) for row in await act.tx.execute(sites([act.tenant_id]).order_by(site.c.key))]
    topics: dict[str, Topic] = {}
    for one in (topic for each in own for topic in each.topics if topic.queue_id in queues):
        topics.setdefault(one.key, msgspec.structs.replace(one, queue_id=queues[one.queue_id]))
    shown = {topic.queue_id for topic in topics.values()}
    chats = select(queue).where(queue.c.tenant_id == shadow_id, queue.c.medium == "chat").order_by(queue.c.id)
    for number, row in enumerate((await act.tx.execute(chats)).all(), 1):
        if row.id not in shown:
            name = f"queue-{number}"
            topics[name] = Topic(key=name, label=row.name, label_en=row.name_en, queue_id=row.id)
    model: Site | None = own[0] if own else None
    real = await get_tenant(act.tx, shadow_id)
    await act.tx.execute(
        site.insert().values(
            id=new_id(), tenant_id=shadow_id, key=key, name=real.name, name_en=real.name_en,
            greeting=model.greeting if model else "", greeting_en=model.greeting_en if model else "",
            colour=real.colour, origins=["*"], topics=msgspec.to_builtins(list(topics.values())), hours_id=None,
            retired_at=None, created_at=act.now_ms,
        )
    )  # fmt: skip
    return {topic.key: topic.queue_id for topic in topics.values()}


async def _copy_policy(act: Act, shadow_id: str, queues: Mapping[str, str]) -> None:
    """The policy in force; wherever it names a queue, it names the copy."""
    present = (await published(act.tx, [act.tenant_id])).get(act.tenant_id)
    if present is None:
        return
    text = json.dumps(msgspec.to_builtins(present[1]), ensure_ascii=False)
    for old, new in queues.items():
        text = text.replace(old, new)
    body = msgspec.convert(json.loads(text), Body)
    await establish(Act(act.tx, shadow_id, act.now_ms, act.actor, quiet=True), body, MARK.strip(" ·"))


async def retire_shadow(act: Act, shadow_id: str) -> None:
    """Let everybody go and close the shadow: it takes no contact and is offered to nobody."""
    await dismiss(act, shadow_id)
    await act.tx.execute(
        site.update().where(site.c.tenant_id == shadow_id, site.c.retired_at.is_(None)).values(retired_at=act.now_ms)
    )
    await act.tx.execute(
        queue.update().where(queue.c.tenant_id == shadow_id, queue.c.retired_at.is_(None)).values(retired_at=act.now_ms)
    )
    mine = (tenant.c.tenant_id == shadow_id, tenant.c.shadow_of.is_not(None))
    await act.tx.execute(tenant.update().where(*mine).values(active=False))
    await announce(act.tx, "directory_changed", tenant_id=shadow_id)
