"""Routing policies over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Response, delete, get, post, put

from rexian.directory.act import acting, acting_everywhere, tenant_for
from rexian.directory.api import TenantFilter
from rexian.directory.floors.wanted import wanted
from rexian.directory.policies import floor as on_floors
from rexian.directory.policies import service
from rexian.directory.policies.checks import check
from rexian.directory.policies.model import (
    Body,
    Checked,
    DraftCheck,
    DraftSave,
    LastSwitch,
    PolicyView,
    Published,
    RuleNow,
    SavedDraft,
    Switch,
    Switched,
)
from rexian.directory.policies.service import version_of
from rexian.directory.policies.tables import POLICIES
from rexian.directory.policies.vocabulary import Vocabulary, vocabulary_of
from rexian.directory.policies.words import in_words
from rexian.directory.policies.world import world_of
from rexian.directory.principal import Principal
from rexian.directory.versions import drafts
from rexian.directory.versions.api import IfMatch, Version, tagged
from rexian.directory.versions.model import Publication
from rexian.engine.commands import SwitchRule
from rexian.engine.specs import Policy
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.problem import not_found
from rexian.runtime.host import FloorHost

RuleName = Annotated[str, "The rule's id."]


class RoutingController(Controller):
    """How a tenant's contacts are routed: versions, the draft, rules that are switched."""

    path = "/api/routing"
    tags = ("routing",)

    @get("/policy", opt={"scope": "routing.read"}, operation_id="getRoutingPolicy", summary="The routing policy")
    async def read(
        self, who: Principal, db: Database, clock: Clock, floors: FloorHost, tenant_id: TenantFilter = None
    ) -> Response[PolicyView]:
        """Return the policy in force, the draft, the versions, and which rules hold now."""
        owner = await tenant_for(db, clock, who, "routing.read", tenant_id)
        async with db.system() as tx:
            shelf, world = await POLICIES.shelf(tx, owner), await world_of(tx, owner)
            floor_ids = await on_floors.floors_of(tx, owner)
            switched = await service.last_switches(tx, owner)
        running = await on_floors.glance(floors.get, floor_ids, owner)
        present, draft = shelf.in_state("published"), shelf.in_state("draft")
        view = PolicyView(
            tenant_id=owner,
            etag=shelf.etag,
            present=version_of(shelf, present, world, who.locale) if present else None,
            draft=version_of(shelf, draft, world, who.locale) if draft else None,
            versions=shelf.editions,
            rules=_rules_now(POLICIES.content_of(present), running, switched) if present else [],
            floors=on_floors.versions(running),
        )
        return tagged(view, shelf.etag)

    @put("/draft", opt={"scope": "routing.edit"}, operation_id="saveRoutingDraft", summary="Save the draft")
    async def save(
        self,
        data: DraftSave,
        who: Principal,
        db: Database,
        clock: Clock,
        tenant_id: TenantFilter = None,
        if_match: IfMatch = None,
    ) -> Response[SavedDraft]:
        """Save the draft, finished or not, and say what is to be said about it."""
        owner = await tenant_for(db, clock, who, "routing.edit", tenant_id)
        async with acting(db, clock, who, owner) as act:
            await drafts.save(act, POLICIES, data.body, data.note, if_match)
        return await _draft(db, clock, who, owner)

    @delete("/draft", opt={"scope": "routing.edit"}, operation_id="dropRoutingDraft", summary="Throw the draft away")
    async def drop(
        self, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None, if_match: IfMatch = None
    ) -> None:
        """Throw the draft away; what is published stays."""
        owner = await tenant_for(db, clock, who, "routing.edit", tenant_id)
        async with acting(db, clock, who, owner) as act:
            await drafts.drop(act, POLICIES, if_match)

    @post("/draft/check", opt={"scope": "routing.edit"}, status_code=200, operation_id="checkRoutingDraft",
          summary="Say what is wrong")  # fmt: skip
    async def check(
        self, data: DraftCheck, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
    ) -> Checked:
        """Say what is wrong with a policy, or looks it, without saving anything."""
        owner = await tenant_for(db, clock, who, "routing.edit", tenant_id)
        async with db.system() as tx:
            shelf, world = await POLICIES.shelf(tx, owner), await world_of(tx, owner)
        body = data.body if data.body is not None else POLICIES.content_of(shelf.draft())
        found = check(body, world, clock.now_ms(), who.locale)
        words = in_words(body, world, who.locale)
        return Checked(errors=found.errors, warnings=found.warnings, words=words)

    @post("/draft/publish", opt={"scope": "routing.edit"}, status_code=200, operation_id="publishRoutingDraft",
          summary="Put the draft in force")  # fmt: skip
    async def publish(
        self,
        data: Publication,
        who: Principal,
        db: Database,
        clock: Clock,
        floors: FloorHost,
        tenant_id: TenantFilter = None,
    ) -> Published:
        """Put the draft in force; returns when every floor that serves the tenant has committed it.

        If a floor can't just now, it is published all the same and the floor gets it later: the same request again
        waits for that.
        """
        owner = await tenant_for(db, clock, who, "routing.edit", tenant_id)
        async with acting_everywhere(db, clock, who, owner) as act:
            world = await world_of(act.tx, owner)
            found = await service.publish(act, data, world, who.locale)
        async with db.system() as tx:
            floor_ids = await on_floors.floors_of(tx, owner)
            policies = {id: (await wanted(tx, id)).policies.get(owner) for id in floor_ids}
            shelf = await POLICIES.shelf(tx, owner)
        await _bring(floors, policies)
        running = await on_floors.ask(floors.get, floor_ids, owner)
        return Published(
            present=version_of(shelf, shelf.present(), world, who.locale),
            floors=on_floors.versions(running),
            warnings=found.warnings,
        )

    @post("/versions/{version:int}/restore", opt={"scope": "routing.edit"}, status_code=200,
          operation_id="restoreRoutingVersion", summary="Make an old version the draft")  # fmt: skip
    async def restore(
        self,
        version: Version,
        who: Principal,
        db: Database,
        clock: Clock,
        tenant_id: TenantFilter = None,
        if_match: IfMatch = None,
    ) -> Response[SavedDraft]:
        """Make what an old version says the draft; nothing is published by that."""
        owner = await tenant_for(db, clock, who, "routing.edit", tenant_id)
        async with acting(db, clock, who, owner) as act:
            await drafts.restore(act, POLICIES, version, if_match)
        return await _draft(db, clock, who, owner)

    @post("/rules/{rule_id:str}/switch", opt={"scope": "routing.switch"}, status_code=200,
          operation_id="switchRoutingRule", summary="Switch a rule on or off")  # fmt: skip
    async def switch(
        self,
        rule_id: RuleName,
        data: Switch,
        who: Principal,
        db: Database,
        clock: Clock,
        floors: FloorHost,
        tenant_id: TenantFilter = None,
    ) -> Switched:
        """Declare a disaster, or end it; returns when every floor that serves the tenant has committed it."""
        owner = await tenant_for(db, clock, who, "routing.switch", tenant_id)
        async with db.system() as tx:
            known = (await POLICIES.published(tx, [owner])).get(owner)
            floor_ids = await on_floors.floors_of(tx, owner)
            policies = {id: (await wanted(tx, id)).policies.get(owner) for id in floor_ids}
        rule = next((one for one in known[1].rules if one.id == rule_id), None) if known else None
        if rule is None:
            raise not_found("rule")
        async with acting(db, clock, who, owner) as act:  # first, so that no switch is without its line in the trail
            await act.record("routing.rule_switched", "routing_rule", rule_id, on=data.on, name=rule.name)
        await _bring(floors, policies)
        command = SwitchRule(tenant_id=owner, rule_id=rule_id, on=data.on)
        for floor_id in floor_ids:
            await floors.get(floor_id).submit(command, id=new_id(), by=on_floors.BY)
        running = await on_floors.ask(floors.get, floor_ids, owner)
        return Switched(id=rule_id, active=data.on, floors=on_floors.versions(running))

    @get(
        "/vocabulary", opt={"scope": "routing.read"}, operation_id="getRoutingVocabulary", summary="What rules may name"
    )
    async def vocabulary(
        self, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
    ) -> Vocabulary:
        """Return everything that a policy can name, with labels in both languages."""
        owner = await tenant_for(db, clock, who, "routing.read", tenant_id)
        async with db.system() as tx:
            world, seen = await world_of(tx, owner), await service.values_seen(tx, owner)
        return vocabulary_of(world, seen)


async def _bring(floors: FloorHost, policies: dict[str, Policy | None]) -> None:
    for floor_id, policy in policies.items():
        if policy is not None:
            await on_floors.bring(floors.get(floor_id), policy)


async def _draft(db: Database, clock: Clock, who: Principal, owner: str) -> Response[SavedDraft]:
    async with db.system() as tx:
        shelf, world = await POLICIES.shelf(tx, owner), await world_of(tx, owner)
    row = shelf.draft()
    found = check(POLICIES.content_of(row), world, clock.now_ms(), who.locale)
    saved = SavedDraft(
        draft=version_of(shelf, row, world, who.locale),
        etag=shelf.etag,
        errors=found.errors,
        warnings=found.warnings,
    )
    return tagged(saved, shelf.etag)


def _rules_now(body: Body, running: dict[str, Any], switched: dict[str, LastSwitch]) -> list[RuleNow]:
    active = {id for one in running.values() for id in one.active}
    return [
        RuleNow(
            id=rule.id, name=rule.name, name_en=rule.name_en or rule.name, active=rule.id in active,
            boost_ms=rule.boost_ms, emergency=rule.emergency, from_at=rule.from_at, until_at=rule.until_at, on=rule.on,
            switched=_still(switched.get(rule.id), rule.id in active),
        )
        for rule in body.rules
    ]  # fmt: skip


def _still(last: LastSwitch | None, active: bool) -> LastSwitch | None:
    """The last switch by hand, unless the rule's own time has turned it over since."""
    return last if last is not None and last.on == active else None


routes = [RoutingController]
