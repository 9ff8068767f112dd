"""Random routing policies, now and then one that is outdated or invalid."""

from __future__ import annotations

from random import Random

import msgspec

from rexian.engine.commands import PublishPolicy
from rexian.engine.specs import STRATEGIES, Lend, Policy, QueuePolicy, Reserve, Rule, Share, Step, StepKind

TENANTS = ("spruce", "river")
NEED_SKILLS = ("product:phone", "lang:en", "topic:billing", "tenant:spruce", "scope:city")
PARTNERS = ("partner:north", "partner:south")
AGENT_SKILLS = (*NEED_SKILLS, *PARTNERS, "team:red")
REGIONS = ("north", "south", "east")
KINDS: tuple[StepKind, ...] = ("lower_level", "other_team", "partner", "other_site", "anyone", "alternatives")


class RandomPolicies:
    def __init__(self, random: Random, tenant_of: dict[str, str], pace: int) -> None:
        self.random = random
        self.tenant_of = tenant_of
        self.pace = pace
        self.versions = dict.fromkeys(TENANTS, 0)
        self.last: dict[str, Policy] = {}
        self.crowded = random.choice((0.15, 0.5, 0.9))  # how likely each part of a policy is there

    def publish(self, tenant: str, now: int) -> PublishPolicy:
        r = self.random
        if tenant in self.last and r.random() < 0.1:
            return PublishPolicy(policy=self.last[tenant])
        version = self.versions[tenant] + r.choice((0, 1, 1, 1, 1, 1, 1, 3))
        queues = {id: self.queue() for id, owner in self.tenant_of.items() if owner == tenant and r.random() < 0.9}
        rules = tuple(self.rule(f"r{n}", now) for n in range(r.choice((0, 1, 2, 3))))
        policy = Policy(tenant_id=tenant, version=version, queues=queues, rules=rules)
        if r.random() < 0.06:
            return PublishPolicy(policy=self.spoilt(policy))
        if version > self.versions[tenant]:
            self.versions[tenant], self.last[tenant] = version, policy
        return PublishPolicy(policy=policy)

    def spoilt(self, policy: Policy) -> Policy:
        r = self.random
        step = Step(after_ms=5, kind="anyone")
        wrong: list[QueuePolicy | Rule] = [
            QueuePolicy(steps=(step, step)),
            QueuePolicy(steps=(Step(after_ms=1, kind="anyone", needs={"lang:en": 6}),)),
            QueuePolicy(max_wait_ms=-1),
            QueuePolicy(shares=(Share(partner="a", percent=60), Share(partner="b", percent=41))),
            QueuePolicy(shares=(Share(partner="a", percent=6), Share(partner="a", percent=1))),
            QueuePolicy(shares=(Share(partner="", percent=6),)),
            QueuePolicy(lend=Lend()),
            QueuePolicy(reserve=Reserve(skill="", keep=1)),
            Rule(id=""),
            Rule(id="a" + chr(31)),
            Rule(id="r9", from_at=5, until_at=5),
            Rule(id="r9", boost_ms=10**13),
        ]
        chosen = r.choice(wrong)
        if isinstance(chosen, Rule):
            return msgspec.structs.replace(policy, rules=(*policy.rules, chosen))
        return msgspec.structs.replace(policy, queues={**policy.queues, "q0": chosen})

    def some(self) -> bool:
        return self.random.random() < self.crowded

    def queue(self) -> QueuePolicy:
        r, pace = self.random, self.pace
        lend = Lend(
            waiting=r.choice((0, 1, 2, 3)), waited_ms=r.choice((1, pace, pace * 5)), until_waiting=r.choice((0, 0, 1))
        )
        return QueuePolicy(
            strategy=r.choice((*STRATEGIES, "weighted_shares")),
            steps=self.steps() if self.some() else (),
            last_agent_ms=r.choice((0, pace * 3, 20_000)),
            named_agent_ms=r.choice((0, pace * 3, 60_000)),
            shares=self.shares() if self.some() else (),
            lend=lend if self.some() else None,
            reserve=Reserve(skill="team:red", keep=r.choice((0, 1, 1, 2))) if r.random() < self.crowded / 2 else None,
            interruptible=r.random() < 0.6,
            max_wait_ms=r.choice((0, 0, 1, pace, 10_000)),
            alternatives=r.choice(((), ("call_back", "message"))),
            call_back_lead_ms=r.choice((0, pace, 300_000)),
        )

    def steps(self) -> tuple[Step, ...]:
        r = self.random
        instants = sorted(r.sample(range(max(20, 12 * self.pace)), r.randint(1, 3)))
        return tuple(
            Step(
                after_ms=after, kind=r.choice(KINDS), lower=r.choice((0, 1, 2)),
                needs=r.choice((None, {}, {r.choice(NEED_SKILLS): r.randint(1, 2)})),
                alternatives=r.choice(((), ("call_back",))),
            )
            for after in instants
        )  # fmt: skip

    def shares(self) -> tuple[Share, ...]:
        r = self.random
        partners = r.sample(PARTNERS, r.randint(1, 2))
        return tuple(
            Share(
                partner=p, percent=r.choice((10, 50, 50)), floor=r.choice((0, 0, 10, 30)), ceiling=r.choice((0, 1, 2))
            )
            for p in partners
        )

    def rule(self, id: str, now: int) -> Rule:
        r, pace = self.random, self.pace
        when: dict[str, tuple[str, ...]] = {}
        if r.random() < 0.6:
            when["region"] = tuple(r.sample(REGIONS, r.randint(1, 2)))
        if r.random() < 0.3:
            name, values = r.choice(
                (("medium", ("voice", "chat")), ("queue", tuple(self.tenant_of)), ("tenant", TENANTS))
            )
            when[name] = (r.choice(values),)
        from_at = r.choice((0, 0, now + pace * r.randint(1, 30)))
        until_at = r.choice((0, from_at + 1 if from_at else 0, max(from_at, now - pace) + pace * r.randint(1, 60)))
        return Rule(
            id=id, when=when, boost_ms=r.choice((0, 1, 5_000, 10**9, -4_000)), emergency=r.random() < 0.25,
            from_at=from_at, until_at=until_at, on=r.random() < 0.6,
        )  # fmt: skip
