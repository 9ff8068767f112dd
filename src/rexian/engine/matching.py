"""Who could take what, and who comes first: ties classes, waiting requests, idle agents and the gates together.

An index only, it holds no facts: `core.py` rebuilds it from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from rexian.engine.classes import MEDIUM_INDEX, Lanes, Profile, RequestClass, Reserved, Skills, lanes_in
from rexian.engine.idle import INTERRUPTIBLE, Filing, Idle, Row
from rexian.engine.piles import best_few
from rexian.engine.plans import Plan
from rexian.engine.specs import Medium
from rexian.engine.state import Agent, Interaction
from rexian.engine.waiting import Waiting


class Matcher:
    """The index over waiting interactions and idle agents."""

    def __init__(self) -> None:
        self.skills = Skills()
        self.waiting = Waiting()
        self.idle = Idle()
        self.plans: dict[str, Plan] = {}  # of the queues that some policy names
        self.reserves: list[Reserved] = []
        self.profiles: list[Profile] = []
        self._class_of: dict[tuple[int, int, int, str, bool], RequestClass] = {}
        self._profile_of: dict[tuple[int, int], Profile] = {}
        self.place = self.waiting.place
        self.displace = self.waiting.displace

    # -- classes and profiles ----------------------------------------------------------------------------------------
    def request_class(
        self, needs: Mapping[str, int], medium: Medium, slope: int, owner: str = "", urgent: bool = False
    ) -> RequestClass:
        """The class of such requests; made on first sight."""
        where = (self.skills.needed(needs), MEDIUM_INDEX[medium], slope, owner, urgent)
        known = self._class_of.get(where)
        if known is None:
            known = self._class_of[where] = self.waiting.new_class(*where)
            for profile in self.profiles:
                self._link(known, profile)
        return known

    def _profile(self, agent: Agent) -> Profile:
        mask, minor = self.skills.had(agent.spec.skills), self.skills.minor(agent.spec.minor)
        known = self._profile_of.get((mask, minor))
        if known is None:
            known = self._profile_of[mask, minor] = Profile(len(self.profiles), mask, minor)
            self.profiles.append(known)
            self.idle.grow()
            for request in self.waiting.classes:
                self._link(request, known)
            self._mark(known)
        return known

    def _link(self, request: RequestClass, profile: Profile) -> None:
        if request.need & profile.mask == request.need:
            request.eligible |= 1 << profile.index
            (request.minor if request.need & profile.minor else request.major).append(profile.index)
            profile.link(request)
            profile.careful = profile.careful or self._gated(request.owner)

    def _gated(self, owner: str) -> bool:
        plan = self.plans.get(owner)
        return plan is not None and plan.gated

    def _mark(self, profile: Profile) -> None:
        """Note which gates may concern it."""
        profile.reserves = tuple(reserved for reserved in self.reserves if profile.mask >> reserved.bit & 1)
        profile.careful = bool(profile.reserves) or any(self._gated(owner) for owner in profile.owners)

    # -- policies ----------------------------------------------------------------------------------------------------
    def follow(self, plans: dict[str, Plan], interruptible: Callable[[Agent], bool] | None) -> None:
        """Other policies hold: whoever calls files everybody and everything anew."""
        self.plans = plans
        self.idle.interruptible = interruptible
        orders = sorted({plan.order for plan in plans.values() if plan.order})
        self.idle.use([*orders, INTERRUPTIBLE] if interruptible is not None else orders)
        self.reserves = [
            Reserved(plan.queue.id, plan.policy.reserve.skill, self.skills.bit(plan.policy.reserve.skill),
                     plan.policy.reserve.keep)
            for plan in plans.values() if plan.policy.reserve is not None
        ]  # fmt: skip
        for profile in self.profiles:
            self._mark(profile)
            for reserved in profile.reserves:
                for medium, counts in enumerate(self.idle.row.counts):
                    reserved.free[medium] += counts[profile.index]

    # -- filing ------------------------------------------------------------------------------------------------------
    def file(self, agent: Agent) -> None:
        """Bring the agent's entries up to what the agent is now."""
        filing = self.idle.filed.get(agent.spec.id)
        if filing is None:
            filing = self.idle.filed[agent.id] = Filing(self._profile(agent), agent, self.idle.row)
        self.idle.file(agent, filing)

    def refile(self, agent: Agent) -> None:
        """The same after the agent's skills or capacity have changed."""
        self.idle.drop(agent)
        self.file(agent)

    def drop(self, agent: Agent) -> None:
        self.idle.drop(agent)

    # -- gates: nothing stands in the way of an emergency ------------------------------------------------------------
    def gate(self, request: RequestClass, profile: Profile) -> str | None:
        """Why no agent of this profile may have these requests now though they have the skills; None: they may."""
        if request.urgent:
            return None
        for reserved in profile.reserves:
            if reserved.owner != request.owner and reserved.free[request.medium] <= reserved.keep:
                return "reserved"
        plan = self.plans.get(request.owner)
        if plan is None or not plan.gated:
            return None
        if plan.policy.lend is not None and request.need & profile.minor and not plan.queue.lending:
            return "not_lent"
        return "ceiling" if self._at_ceiling(plan, profile) else None

    def partner_of(self, plan: Plan, profile: Profile) -> str:
        """Whose share the agents of this profile count in; empty for nobody's."""
        for share in plan.shares:
            if profile.mask >> self.skills.bit(share.partner) & 1:
                return share.partner
        return ""

    def _at_ceiling(self, plan: Plan, profile: Profile) -> bool:
        share = plan.share_named(self.partner_of(plan, profile))
        return share is not None and 0 < share.ceiling <= plan.queue.busy_shares.get(share.partner, 0)

    # -- what comes first for an agent -------------------------------------------------------------------------------
    def best_interactions(
        self, agent: Agent, now: int, blocked: Callable[[Interaction, Agent, int], bool]
    ) -> tuple[Interaction | None, Interaction | None]:
        """The two with the highest scores among all that the agent could take now, by interrupting too."""
        filing = self.idle.filed[agent.spec.id]
        lanes = self._lanes(filing)
        if not lanes:
            return None, None
        first, second = self.waiting.first_two(lanes, now)
        if first is None or not (first.declined or (second is not None and second.declined)):
            return first, second
        found = best_few(
            self.waiting.piles,
            lambda: self.waiting.choose(lanes, now),
            lambda one: not (one.declined and blocked(one, agent, now)),
            2,
        )
        return found[0] if found else None, found[1] if len(found) > 1 else None

    def _lanes(self, filing: Filing) -> Lanes:
        """Where there may be something for this agent."""
        profile, media = filing.profile, filing.media
        lanes: Lanes = []
        if media:
            lanes = profile.lanes.get(media) or profile.lanes_of(media)
            if profile.careful:
                lanes = self._open_lanes(lanes, profile)
        if self.waiting.urgent:
            media |= self.idle.interruptible_media(filing)
            lanes = [*lanes, *lanes_in(profile.urgent, media)]
        return lanes

    def _open_lanes(self, lanes: Lanes, profile: Profile) -> Lanes:
        heads, classes = self.waiting.piles, self.waiting.classes
        opened = [
            (slope, [index for index in indexes if heads[index].live and self.gate(classes[index], profile) is None])
            for slope, indexes in lanes
        ]
        return [lane for lane in opened if lane[1]]

    # -- simple questions --------------------------------------------------------------------------------------------
    def anybody_free(self, request: RequestClass) -> bool:
        """Whether somebody with the skills has a place free, gates aside."""
        return request.eligible & self.idle.row.bits[request.medium] != 0

    def anybody_interruptible(self, request: RequestClass) -> bool:
        row = self.idle.rows.get(INTERRUPTIBLE)
        return row is not None and request.urgent and request.eligible & row.bits[request.medium] != 0

    def anybody_on_duty(self, request: RequestClass) -> bool:
        """Whether somebody at whom it could ring is at work, busy or not."""
        medium = request.medium
        return any(self.profiles[index].taking[medium] for tier in (request.major, request.minor) for index in tier)

    def profile_of(self, agent: Agent) -> Profile:
        return self.idle.filed[agent.id].profile

    def eligible(self, request: RequestClass, agent: Agent) -> bool:
        """Whether the agent has the skills; says nothing of being free."""
        return request.need & self.idle.filed[agent.id].profile.mask == request.need

    def in_row(self, row: Row, agent: Agent, request: RequestClass) -> bool:
        """Whether the agent lies in this row for such requests."""
        filing = self.idle.filed[agent.id]
        media = self.idle.interruptible_media(filing) if row.order == INTERRUPTIBLE else filing.media
        return media >> request.medium & 1 == 1 and request.need & filing.profile.mask == request.need

    def classes_of(self, owners: Iterable[str], but: Iterable[str] = ()) -> list[RequestClass]:
        """The classes in which something waits, of these queues' policies or of all queues but one."""
        own, others = tuple(owners), tuple(but)
        return [
            request
            for request in self.waiting.classes
            if request.pile.live and (request.owner in own or any(request.owner != other for other in others))
        ]
