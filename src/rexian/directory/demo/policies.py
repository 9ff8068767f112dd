"""How the demo's companies route: each shows something else of what a policy can say."""

from __future__ import annotations

from collections.abc import Mapping

from rexian.directory.policies.model import (
    Body,
    LendForm,
    QueueForm,
    ReserveForm,
    RuleForm,
    ShareForm,
    StepForm,
)
from rexian.engine.specs import Alternative

Ids = Mapping[str, str]
Teams = Mapping[tuple[str, int], str]

LAST_AGENT_MS = 20_000
MINUTE_MS = 60_000
INSTEAD: tuple[Alternative, ...] = ("scheduled_call_back", "message")


def policy_of(company: str, queues: Ids, teams: Teams) -> tuple[Body, str]:
    """Return a company's policy and the note of its version. `queues` by the line's key, `teams` by their number."""
    return _MAKERS[company](queues, teams)


def _yunshan(queues: Ids, teams: Teams) -> tuple[Body, str]:
    """A phone maker: contacts shared between own people and two partners; the launch festival ahead."""
    phone, home, repair = (f"product:{name}@yunshan" for name in ("phone", "home", "repair"))
    shares = (
        ShareForm(partner="partner:华信服务", percent=40, floor=20, ceiling=12),
        ShareForm(partner="partner:锐联外包", percent=20, ceiling=8),
    )
    body = Body(
        queues={
            queues["phone"]: _queue({phone: 1}, strategy="weighted_shares", shares=shares),
            queues["home"]: _queue({home: 1}, strategy="least_occupied"),
            queues["repair"]: _queue({repair: 1}, strategy="best_fitting"),
            queues["english"]: _queue({phone: 1, "lang:en": 2}, {phone: 1}),
        },
        rules=(
            RuleForm(
                id="launch-festival", name="新品首发节", name_en="Launch festival",
                when={"queue": (queues["phone"], queues["english"])}, boost_ms=2 * MINUTE_MS, on=False,
            ),
            _elders(),
        ),
    )  # fmt: skip
    return body, "自有与合作方按份额派接，等久了逐步放宽"


def _jianglan(queues: Ids, teams: Teams) -> tuple[Body, str]:
    """Power supply: danger to life passes everything, a disaster is declared with one switch."""
    outage = "product:outage@jianglan"
    body = Body(
        queues={
            queues["outage"]: _queue({outage: 1}, after_ms=(15_000, 30_000), reserve=_keep_one(teams["jianglan", 1]),
                alternatives=("call_back", *INSTEAD)),
            queues["bill"]: _queue({"product:bill@jianglan": 1}, interruptible=True),
            queues["connection"]: _queue({"product:connection@jianglan": 1}, interruptible=True),
        },
        rules=(
            RuleForm(id="danger", name="触电、着火", name_en="Shock or fire", emergency=True,
                     when={"topic": ("danger", "触电", "着火")}),
            RuleForm(
                id="typhoon", name="台风抢险", name_en="Typhoon", boost_ms=15 * MINUTE_MS, on=False,
                when={"region": ("滨海区", "临江区", "海岛镇"), "queue": (queues["outage"],)},
            ),
            _elders(),
        ),
    )  # fmt: skip
    return body, "紧急优先，停电报修始终留人"


def _xingqiao(queues: Ids, teams: Teams) -> tuple[Body, str]:
    """Telecom: students' faults first in the exam season; helpers are lent to broadband when it gets crowded."""
    mobile, broadband, dispute = (f"product:{name}@xingqiao" for name in ("mobile", "broadband", "dispute"))
    body = Body(
        queues={
            queues["plan"]: _queue({mobile: 1}, strategy="fewest_contacts"),
            queues["broadband"]: _queue({broadband: 1}, lend=LendForm(waiting=3, waited_ms=30_000)),
            queues["dispute"]: _queue({dispute: 2}, after_ms=(30_000, 60_000)),
            queues["roaming"]: _queue({mobile: 1, "lang:en": 2}, {mobile: 1}),
        },
        rules=(
            RuleForm(
                id="exam-season", name="考试季学生优先", name_en="Students first in exam season",
                when={"customer_kind": ("student",), "queue": (queues["broadband"], queues["plan"])},
                boost_ms=3 * MINUTE_MS, on=False,
            ),
            _elders(),
        ),
    )  # fmt: skip
    return body, "宽带报修忙时借用辅助人员"


def _anhe(queues: Ids, teams: Teams) -> tuple[Body, str]:
    """Insurance: claims first, and nobody waits in vain."""
    claim, policy = "product:claim@anhe", "product:policy@anhe"
    body = Body(
        queues={
            queues["claim"]: _queue({claim: 1}, reserve=_keep_one(teams["anhe", 1])),
            queues["policy"]: _queue({policy: 1}, strategy="least_occupied", max_wait_ms=15 * MINUTE_MS),
        },
        rules=(
            RuleForm(
                id="injury", name="人员受伤", name_en="Somebody is hurt", emergency=True, when={"topic": ("injury",)}
            ),
            _elders(),
        ),
    )
    return body, "理赔报案始终留人"


def _queue(
    lower: dict[str, int],
    wider: dict[str, int] | None = None,
    *,
    after_ms: tuple[int, int] = (20_000, 45_000),
    alternatives: tuple[Alternative, ...] = INSTEAD,
    **more: object,
) -> QueueForm:
    """Three steps of widening: first lower levels, then more people, then something else for the customer."""
    steps = (
        StepForm(after_ms=after_ms[0], kind="lower_level", needs=lower, lower=1),
        StepForm(after_ms=after_ms[1], kind="other_team" if wider else "anyone", needs=wider or {}),
        StepForm(after_ms=2 * MINUTE_MS, kind="alternatives", alternatives=alternatives),
    )
    return QueueForm(
        steps=steps, last_agent_ms=LAST_AGENT_MS, alternatives=alternatives, **more  # type: ignore[arg-type]
    )  # fmt: skip


def _keep_one(team_id: str) -> ReserveForm:
    """Of the team, not of the skill: newcomers to the demo have all skills, and must not be kept for one queue."""
    return ReserveForm(skill=f"team:{team_id}", keep=1)


def _elders() -> RuleForm:
    return RuleForm(
        id="elders", name="长者优先", name_en="Elders first", when={"customer_kind": ("elder",)}, boost_ms=30_000
    )


_MAKERS = {"yunshan": _yunshan, "jianglan": _jianglan, "xingqiao": _xingqiao, "anhe": _anhe}
