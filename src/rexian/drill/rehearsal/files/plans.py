"""A plan: arrivals, staff, and how they are routed, from single files, a folder, or a scenario file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from rexian.drill.rehearsal.files.arrivals import Arrivals, read_arrivals
from rexian.drill.rehearsal.files.faults import BadFiles, Fault, Faults
from rexian.drill.rehearsal.files.sheets import KINDS
from rexian.drill.rehearsal.files.staff import Staff, read_staff
from rexian.drill.rehearsal.scenario import Behaviour
from rexian.engine.specs import Policy, QueueSpec

T = TypeVar("T")
TENANT = "own"
ZONE = "Asia/Shanghai"


class Habits(Behaviour, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[behaviour]` of a scenario file: what people do, and what is assumed where a file says nothing."""

    patience_median_ms: int = 150_000  # log-normal, sigma 0.9
    acw_ms: int = 20_000
    answer_from_ms: int = 1_000
    answer_to_ms: int = 4_000


class FestivalSize(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[festival]`: the reference day instead of files."""

    contacts: int = 16_000
    agents: int | None = None


class ScenarioFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `.toml` file that names the others, by paths from where it lies."""

    name: str = ""
    arrivals: str = ""
    staff: str = ""
    policy: str | list[str] = ""
    queues: str = ""
    zone: str = ZONE
    behaviour: Habits = Habits()
    festival: FestivalSize | None = None


class QueuesFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[queue]]` tables with the fields of the engine's `QueueSpec`; `tenant_id` may be left out."""

    queue: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is known of a day before chance plays its part."""

    name: str
    arrivals: Arrivals
    staff: Staff
    policies: list[Policy] = field(default_factory=list)
    queues: list[QueueSpec] = field(default_factory=list)
    habits: Habits = field(default_factory=Habits)
    zone: str = ZONE


def read_plan(
    arrivals: Path,
    staff: Path,
    policies: list[Path] | None = None,
    queues: Path | None = None,
    *,
    name: str = "",
    habits: Habits | None = None,
    zone: str = ZONE,
) -> Plan:
    """Read all files. Raises `BadFiles` with everything that is wrong in any of them."""
    with Faults() as faults:
        read = [_policy(path, faults) for path in policies or []]
        told = [policy for policy in read if policy is not None]
        if len({policy.tenant_id for policy in told}) < len(told):
            faults.add((policies or [arrivals])[-1], 0, "version")
        tenant = told[0].tenant_id if told else TENANT
        return Plan(
            name=name or arrivals.stem,
            queues=_queues(queues, tenant, faults) if queues is not None else [],
            policies=told,
            arrivals=read_arrivals(arrivals, faults),
            staff=read_staff(staff, faults),
            habits=habits or Habits(),
            zone=zone,
        )


def read_folder_or_file(path: Path) -> Plan | FestivalSize:
    """A folder with `arrivals.*`, `staff.*`, perhaps `policy.*` and `queues.*`, or a scenario file."""
    if path.is_dir():
        found = {stem: _one_of(path, stem) for stem in ("arrivals", "staff")}
        if found["arrivals"] is None or found["staff"] is None:
            raise BadFiles([Fault(file=path.name, line=0, code="scenario")])
        if (path / "scenario.toml").is_file():
            return read_folder_or_file(path / "scenario.toml")
        policies = sorted(one for one in path.glob("policy*") if one.suffix in (".toml", ".json"))
        queues = next(
            (path / f"queues{kind}" for kind in (".toml", ".json") if (path / f"queues{kind}").is_file()), None
        )
        return read_plan(found["arrivals"], found["staff"], policies, queues, name=path.name)
    with Faults() as faults:
        told = _decoded(path, ScenarioFile, faults)
    assert told is not None
    if told.festival is not None:
        return told.festival
    if not told.arrivals or not told.staff:
        raise BadFiles([Fault(file=path.name, line=0, code="scenario")])
    here = path.parent
    policy = [told.policy] if isinstance(told.policy, str) else told.policy
    return read_plan(
        here / told.arrivals, here / told.staff, [here / one for one in policy if one],
        here / told.queues if told.queues else None,
        name=told.name or path.stem, habits=told.behaviour, zone=told.zone,
    )  # fmt: skip


def read_side(path: Path, arrivals: Path | None, staff: Path | None, queues: Path | None) -> Plan | FestivalSize:
    """One side of a comparison: a folder, a scenario file, or a policy over arrivals and staff given beside it."""
    if arrivals is not None and staff is not None:
        return read_plan(arrivals, staff, [path], queues, name=path.stem)
    if arrivals is not None or staff is not None:
        raise BadFiles([Fault(file=path.name, line=0, code="two_policies")])
    return read_folder_or_file(path)


def _one_of(folder: Path, stem: str) -> Path | None:
    return next((folder / f"{stem}{kind}" for kind in KINDS if (folder / f"{stem}{kind}").is_file()), None)


def _policy(path: Path, faults: Faults) -> Policy | None:
    return _decoded(path, Policy, faults)


def _queues(path: Path, tenant: str, faults: Faults) -> list[QueueSpec]:
    told = _decoded(path, QueuesFile, faults)
    found: list[QueueSpec] = []
    for number, table in enumerate(told.queue if told is not None else [], 1):
        try:
            usual = {"tenant_id": tenant, "proof_ms": 3_600_000, "rating_ms": 0}
            found.append(_converted({**usual, **table}, QueueSpec))
        except msgspec.ValidationError as error:
            faults.add(path, 0, "toml", why=f"[[queue]] {number}: {error}")
    return found


def _converted(told: Any, kind: type[T]) -> T:
    """As `msgspec.convert`, but a word that means nothing is a fault: no slip changes the answer in silence."""
    made = msgspec.convert(told, kind)
    unknown = _unknown(told, msgspec.to_builtins(made), "$")
    if unknown:
        raise msgspec.ValidationError(f"Object contains unknown field `{unknown}`")
    return made


def _unknown(told: Any, made: Any, where: str) -> str:
    """The first key of `told` that `made` has not; empty when there is none."""
    if isinstance(told, dict) and isinstance(made, dict):
        pairs = ((made.get(key, _unknown), value, f"{where}.{key}") for key, value in told.items())
    elif isinstance(told, list) and isinstance(made, list | tuple):
        pairs = ((one, value, f"{where}[{n}]") for n, (value, one) in enumerate(zip(told, made, strict=False)))
    else:
        return ""
    return next(
        (found for one, value, at in pairs if (found := at if one is _unknown else _unknown(value, one, at))), ""
    )


def _decoded(path: Path, kind: type[T], faults: Faults) -> T | None:
    if not path.is_file():
        faults.add(path, 0, "missing_file")
        return None
    try:
        data = path.read_bytes()
        if path.suffix.lower() == ".json":
            return _converted(msgspec.json.decode(data), kind)
        return _converted(tomllib.loads(data.decode("utf-8-sig")), kind)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.add(path, 0, "toml", why=str(error))
        return None
