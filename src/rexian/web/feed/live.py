"""The live view: what the floor's committed state looks like to staff.

Facts come from the mirror. What the floor doesn't keep is added here: the last words of open interactions (never more
than that), names from the directory, and which agents could serve which queue. `fold` says what a batch has touched;
the topics then ask for those objects anew, so that a view can't drift from the floor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rexian.engine import events
from rexian.engine.floor import Floor
from rexian.engine.state import Agent, Interaction, Offer, Queue
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Committed
from rexian.web.feed.availability import Availability
from rexian.web.feed.call_view import asks, call, caller, wall_call
from rexian.web.feed.facts import Talk, Today, Touched
from rexian.web.feed.names import Names
from rexian.web.feed.wire import Change, Object, View

PREVIEW = 80  # characters of the customer's last words in an offer
QUEUE_ROWS = 500  # waiting contacts that one queue topic lists
FRONT = 20  # of a line: enough to find its oldest contact, whatever credit brought others before it
DISCONNECTED = "disconnected"  # the reason that `presence` gives
OPEN = ("reception", "queued", "offered", "scheduled", "talking", "after_contact_work")


class LiveView:
    """Views of one floor for the feed's topics."""

    def __init__(self, mirror: Mirror, names: Names) -> None:
        self._mirror = mirror
        self.names = names
        self.talks: dict[str, Talk] = {}
        self.today: dict[str, Today] = {}
        self._availability = Availability(lambda: mirror.floor, names)

    @property
    def floor(self) -> Floor:
        return self._mirror.floor

    @property
    def seq(self) -> int:
        return self._mirror.seq

    # -- folding -------------------------------------------------------------------------------------------------------
    def reset(self, talks: dict[str, Talk]) -> None:
        """Start anew from the mirror; `talks` were read from the database."""
        self.talks = talks
        self._availability.reset()

    def recount(self) -> None:
        """The directory says anew which medium a queue is for: count who is available for it."""
        self._availability.recount()

    def fold(self, batch: Sequence[Committed]) -> Touched:
        """Take in a committed batch that the mirror has applied already, and say what it touched."""
        touched = Touched()
        for committed in batch:
            self._touch(committed, touched)
            self._remember(committed)
        for agent_id in touched.agents:
            touched.queues.update(self._availability.count(agent_id))
        return touched

    def _touch(self, committed: Committed, touched: Touched) -> None:
        event = committed.event
        for name in ("agent_id", "to_agent_id", "from_agent_id"):
            if agent_id := getattr(event, name, None):
                touched.agents.add(agent_id)
        for name in ("queue_id", "from_queue_id", "to_queue_id"):
            if queue_id := getattr(event, name, None):
                touched.queues.add(queue_id)
        if contact_id := getattr(event, "contact_id", None):
            touched.contacts.setdefault(contact_id, []).append(committed)
        for name in ("interaction_id", "consult_of"):
            if interaction_id := getattr(event, name, None):
                self._touch_interaction(interaction_id, touched)
        match event:
            case events.QueueDefined():
                touched.queues.add(event.queue.id)
                self._availability.skills_changed()
                touched.agents.update(agent.id for agent in self.floor.agents())
            case events.AgentDefined():
                touched.agents.add(event.agent.id)
                self._availability.skills_changed(event.agent.id)
            case events.RuleSwitched():
                self._touch_tenant(event.tenant_id, touched)
            case events.PolicyPublished():
                self._touch_tenant(event.policy.tenant_id, touched)
            case events.InteractionTakenOver():  # consultations about it go on, for another asker
                for interaction_id in self._interactions_of(event.contact_id):
                    self._touch_interaction(interaction_id, touched)
            case events.CustomerIdentified():
                for interaction_id in self._interactions_of(event.contact_id):
                    self._touch_interaction(interaction_id, touched)

    def _touch_tenant(self, tenant_id: str, touched: Touched) -> None:
        """The tenant is routed by other rules: what its queues show, and whether what rings is an emergency."""
        touched.queues.update(queue.id for queue in self.floor.queues() if queue.tenant_id == tenant_id)
        for offer in self.floor.offers():
            queue = self.floor.queue(offer.queue_id)
            if queue is not None and queue.tenant_id == tenant_id:
                touched.agents.add(offer.agent_id)

    def _touch_interaction(self, interaction_id: str, touched: Touched) -> None:
        if interaction := self.floor.interaction(interaction_id):
            if interaction.queue_id:  # none in the reception
                touched.queues.add(interaction.queue_id)
            if interaction.agent_id:
                touched.agents.add(interaction.agent_id)
            if interaction.is_consult:  # it shows in the handling that it is about
                asking = self.floor.interaction(interaction.consult_of or "")
                touched.agents.update(() if asking is None or asking.agent_id is None else (asking.agent_id,))

    def _interactions_of(self, contact_id: str) -> list[str]:
        contact = self.floor.contact(contact_id)
        return contact.interaction_ids if contact else []

    def _remember(self, committed: Committed) -> None:
        event = committed.event
        match event:
            case events.MessagePosted():
                self._remember_message(event, committed)
            case events.HandlingWrappedUp():
                self.talks.pop(event.interaction_id, None)
            case events.InteractionEnded() if event.outcome == "abandoned":
                self.talks.pop(event.interaction_id, None)

    def _remember_message(self, event: events.MessagePosted, committed: Committed) -> None:
        talk = self.talks.setdefault(event.interaction_id, Talk())
        if event.number <= talk.number:  # read from the database already
            return
        talk.number = event.number
        content = committed.content
        talk.text = content.text[:200] if content else ""
        talk.at = event.at
        talk.author_kind = event.author.kind
        if event.author.kind == "customer":
            talk.said = talk.text[:PREVIEW]
            talk.numbers.append(event.number)

    # -- topic `me` ----------------------------------------------------------------------------------------------------
    def me(self, agent_id: str) -> View:
        """Everything that the agent's desk shows of the agent's own work."""
        view: View = {"agent": {}, "offers": {}, "handlings": {}}
        agent = self.floor.agent(agent_id)
        if agent is None:
            return view
        view["agent"][agent_id] = self._agent(agent)
        for offer_id in agent.offers:
            if offer := self.floor.offer(offer_id):
                view["offers"][offer_id] = self._offer(offer)
        for interaction_id in agent.handlings:
            if interaction := self.floor.interaction(interaction_id):
                view["handlings"][interaction_id] = self._handling(interaction)
        return view

    def _agent(self, agent: Agent) -> Object:
        return {
            "id": agent.id,
            "state": agent.state,
            "reason": agent.reason if agent.state == "not_ready" else None,
            "since_at": agent.since_at,
            "engaged": agent.engaged,
            "capacity": dict(agent.spec.capacity),
            "by_system": agent.by_system or agent.reason == DISCONNECTED,
        }

    def _about(self, interaction: Interaction) -> Object:
        """What offers and handlings both say: whose contact it is, and where it comes from."""
        contact = self.floor.contact(interaction.contact_id)
        customer_id = contact.customer_id if contact else ""
        queue, tenant = self.names.queue(interaction.queue_id), self.names.tenant(interaction.tenant_id)
        return {
            "contact_id": interaction.contact_id,
            "queue_id": interaction.queue_id,
            "queue_name": queue.zh,
            "queue_name_en": queue.en,
            "tenant_id": interaction.tenant_id,
            "tenant_name": tenant.zh,
            "tenant_name_en": tenant.en,
            "customer": {"id": customer_id, "name": self.names.customer(customer_id)},
            "medium": interaction.medium,
            **asks(interaction.consult_of if interaction.is_consult else None, interaction.consult_by, self.names),
            "caller": caller(interaction.attributes),
            "simulated": contact.simulated if contact else False,
            "drill": interaction.tenant_id in self.names.practice,
        }

    def _offer(self, offer: Offer) -> Object:
        interaction = self.floor.interaction(offer.interaction_id)
        talk = self.talks.get(offer.interaction_id)
        return {
            "id": offer.id,
            "interaction_id": offer.interaction_id,
            **(self._about(interaction) if interaction else {}),
            "offered_at": offer.offered_at,
            "proof_due_at": offer.proof_due_at,
            "ring_due_at": offer.ring_due_at,
            "proven": offer.proven,
            "waited_ms": max(0, offer.offered_at - interaction.since) if interaction else 0,
            "preview": talk.said if talk else "",
            "emergency": self.floor.emergency(offer.interaction_id),
            "asked_for": _asked_for(interaction, offer.agent_id),
            "step": interaction.step if interaction else 0,
        }

    def _handling(self, interaction: Interaction) -> Object:
        talk = self.talks.get(interaction.id)
        ended_by = interaction.ended_by
        return {
            "id": interaction.id,
            **self._about(interaction),
            "state": interaction.state,
            "accepted_at": interaction.accepted_at,
            "waited_ms": interaction.waited_ms,
            "ended_at": interaction.ended_at or None,
            "ended_by": ended_by.kind if ended_by else None,
            "acw_due_at": interaction.acw_due_at or None,
            "acw_extensions": interaction.acw_extensions,
            "unread": talk.unread(interaction.read_by_agent) if talk else 0,
            "last": {"text": talk.text, "at": talk.at, "author_kind": talk.author_kind} if talk else None,
            "customer_away": interaction.away_due_at > 0,
            "read_by_customer": interaction.read_by_customer,
            **call(self.floor, interaction, self.names),
        }

    # -- topic `wall` --------------------------------------------------------------------------------------------------
    def wall_queue(self, queue_id: str, tenants: Collection[str]) -> Object | None:
        queue = self.floor.queue(queue_id)
        if queue is None or queue.tenant_id not in tenants or queue.retired:
            return None
        today = self.today.get(queue_id, Today(threshold_ms=queue.spec.service_level_ms))
        name = self.names.queue(queue_id)
        return {
            "id": queue_id,
            "tenant_id": queue.tenant_id,
            "name": name.zh,
            "name_en": name.en,
            "waiting": queue.waiting,
            "oldest_since_at": self.oldest_since(queue_id),
            "offered": queue.offered,
            "talking": queue.talking,
            "after_contact_work": queue.after_contact_work,
            "available_agents": self.available(queue_id),
            "service_level": {
                "percent": today.percent,
                "threshold_ms": today.threshold_ms,
                "goal": today.goal,
                "rule": today.rule,
                "rule_en": today.rule_en,
            },
            "today": {"offered": today.offered, "answered": today.answered, "abandoned": today.abandoned},
            "lending": queue.lending,
            "rules": self._rules(queue),
            "accuracy": {"kept": queue.kept, "said": queue.said},
            "call_backs": queue.scheduled,
        }

    def _rules(self, queue: Queue) -> list[Object]:
        """The rules that hold now and may fit contacts of this queue."""
        active = self.floor.active_rules(queue.tenant_id)
        policy = self.floor.policy(queue.tenant_id) if active else None
        shown: list[Object] = []
        for rule in policy.rules if policy else ():
            if rule.id in active and queue.id in rule.when.get("queue", (queue.id,)):
                title = self.names.rule(queue.tenant_id, rule.id)
                standing = rule.on and not rule.from_at and not rule.until_at
                shown.append(
                    {"id": rule.id, "name": title.zh, "name_en": title.en, "emergency": rule.emergency,
                     "standing": standing}
                )  # fmt: skip
        return shown

    def wall_agent(self, agent_id: str, tenants: Collection[str]) -> Object | None:
        """An agent who works for one of `tenants`; contacts of other tenants count, and aren't named."""
        agent = self.floor.agent(agent_id)
        card = self.names.agent(agent_id)
        if agent is None or card is None or not self.works_for(agent_id, tenants):
            return None
        handled = [self.floor.interaction(interaction_id) for interaction_id in agent.handlings]
        return {
            **self._agent(agent),
            "name": card.name,
            "tenant_id": card.tenant_id,
            "team": card.team.zh if card.team else None,
            "team_en": card.team.en if card.team else None,
            "level": card.level,
            "ringing": len(agent.offers),
            "current": [
                {
                    "interaction_id": it.id,
                    "contact_id": it.contact_id,
                    "queue_id": it.queue_id,
                    "since_at": it.accepted_at,
                }
                for it in handled
                if it is not None and it.tenant_id in tenants
            ],
            "calls": [
                wall_call(it, self.names)
                for it in handled
                if it is not None and it.tenant_id in tenants and it.medium == "voice" and it.state == "talking"
            ],
        }

    def oldest_since(self, queue_id: str) -> int | None:
        """Since when the oldest of those who wait has been waiting (ms since 1970 UTC); None: nobody waits."""
        return min((one.since for one in self.floor.waiting(queue_id, FRONT)), default=None)

    def works_for(self, agent_id: str, tenants: Collection[str]) -> bool:
        """Whether the agent is employed by, or serves, one of `tenants`; who only practises now is there for nobody."""
        agent, card = self.floor.agent(agent_id), self.names.agent(agent_id)
        if agent is None or card is None:
            return False
        if self._practises(agent):
            return any(f"tenant:{tenant}" in agent.spec.skills for tenant in tenants)
        return card.tenant_id in tenants or any(f"tenant:{tenant}" in agent.spec.skills for tenant in tenants)

    def _practises(self, agent: Agent) -> bool:
        """Whether all that the agent serves now are shadow tenants."""
        if not self.names.practice:
            return False
        served = {skill.removeprefix("tenant:") for skill in agent.spec.skills if skill.startswith("tenant:")}
        return bool(served) and served <= self.names.practice

    def available(self, queue_id: str) -> int:
        """How many agents could take a contact of this queue right now."""
        return self._availability.of(queue_id)

    def wall(self, tenants: Collection[str]) -> View:
        """The whole wallboard of those who may see `tenants` (without alerts)."""
        queues = {queue.id: self.wall_queue(queue.id, tenants) for queue in self.floor.queues()}
        agents = {agent.id: self.wall_agent(agent.id, tenants) for agent in self.floor.agents()}
        return {
            "queues": {id: row for id, row in queues.items() if row is not None},
            "agents": {id: row for id, row in agents.items() if row is not None},
            "alerts": {},
        }

    # -- topic `queue:<id>` --------------------------------------------------------------------------------------------
    def queue(self, queue_id: str) -> View:
        rows: dict[str, Object] = {}
        for place, interaction in enumerate(self.floor.waiting(queue_id, QUEUE_ROWS), start=1):
            about = self._about(interaction)
            rows[interaction.id] = {
                "id": interaction.id,
                "contact_id": interaction.contact_id,
                "customer_name": about["customer"]["name"],
                "since_at": interaction.since,
                "position": place,
                "simulated": about["simulated"],
            }
        return {"waiting": rows}


def _asked_for(interaction: Interaction | None, agent_id: str) -> str:
    """Why it rings at this very person: `last_agent`, `named_agent`, `transfer_to_agent`; empty: by the queue."""
    if interaction is None or interaction.target_agent_id != agent_id:
        return ""
    return interaction.target_kind or "transfer_to_agent"


def differences(before: View, now: View) -> Iterable[Change]:
    """The changes that turn `before` into `now`, collection by collection."""
    for collection, objects in now.items():
        for id in before[collection].keys() - objects.keys():
            yield collection, id, None
        for id, value in objects.items():
            yield collection, id, value
