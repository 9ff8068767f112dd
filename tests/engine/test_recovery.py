"""The journal is the floor: folding it, restoring it, in whatever process, gives the same one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rexian.engine import codec
from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from rexian.engine.snapshot import SnapshotOutdated
from rexian.engine.specs import Party
from tests.engine.play import Play
from tests.engine.randomly import Chance
from tests.engine.test_twin import answer


def stored(event: ev.AnyEvent) -> ev.AnyEvent:
    """Through the journal's columns and back."""
    return codec.decode_event(codec.encode_event(event))


def test_folding_the_journal_gives_the_same_floor_at_every_boundary() -> None:
    for seed in range(2_000, 2_012):
        chance, floor, folded = Chance(seed), Floor(), Floor()
        for number in range(200):
            try:
                events = floor.decide(chance.envelope(floor, number))
            except Refusal:
                events = []
            for event in events:
                folded.apply(stored(event))
            assert folded.checksum() == floor.checksum(), f"seed {seed}, command {number}"


def test_a_restored_floor_decides_as_the_original_would() -> None:
    """At random boundaries the floor dies and comes back, from a snapshot or from the whole journal."""
    for seed in range(3_000, 3_040):
        chance, alive, mortal = Chance(seed), Floor(), Floor()
        journal: list[ev.AnyEvent] = []
        for number in range(200):
            if chance.random.random() < 0.05:
                mortal = Floor.restore(mortal.snapshot())
            elif chance.random.random() < 0.02:
                mortal = Floor()
                for event in journal:
                    mortal.apply(event)
            assert mortal.checksum() == alive.checksum()
            envelope = chance.envelope(alive, number)
            expected = answer(alive, envelope)
            assert answer(mortal, envelope) == expected, f"seed {seed}, command {number}: {envelope}"
            journal += [event for event in expected if not isinstance(event, str)]
            assert mortal.next_due() == alive.next_due() or (mortal.next_due() or 0) <= envelope.at


def test_the_checksum_tells_floors_apart_and_is_stable() -> None:
    one, other = Play(), Play()
    assert one.floor.checksum() == other.floor.checksum()
    one.queue()
    assert one.floor.checksum() != other.floor.checksum()
    assert Floor.restore(one.floor.snapshot()).checksum() == one.floor.checksum()


def test_the_order_in_which_things_were_first_seen_does_not_show_in_the_checksum() -> None:
    """Tables are canonical: two floors with the same facts are the same floor."""
    one, other = Play(), Play()
    for id in ("a", "b"):
        one.queue(id, needs={"x": 1, "y": 2})
    for id in ("b", "a"):
        other.queue(id, needs={"y": 2, "x": 1})
    assert one.floor.checksum() == other.floor.checksum()


SCRIPT = """
from rexian.engine.floor import Floor
from tests.engine.randomly import Chance
from tests.engine.test_twin import answer
for seed in range(4):
    chance, floor = Chance(seed), Floor()
    for number in range(300):
        answer(floor, chance.envelope(floor, number))
    print(floor.checksum())
"""


def test_the_checksum_does_not_depend_on_the_hash_seed() -> None:
    root = Path(__file__).parents[2]
    seen = set()
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        seen.add(done.stdout)
    assert len(seen) == 1
    assert len(seen.pop().split()) == 4


def test_a_snapshot_of_another_version_is_refused_by_name() -> None:
    with pytest.raises(SnapshotOutdated):
        Floor.restore(msgspec.msgpack.encode([0, {"whatever": 1}]))
    with pytest.raises(msgspec.DecodeError):
        Floor.restore(b"\xff\xff")


def test_a_journal_from_before_policies_still_folds() -> None:
    """New fields have defaults: what an older engine wrote reads as it was meant."""
    p = Play()
    p.queue()
    p.agent("李")
    p.start("1")
    p.accept("1")
    p.end("1")
    old: list[dict[str, Any]] = []
    for event in p.log:
        body = msgspec.to_builtins(event)
        for name in ("attributes", "emergency", "expected", "target_agent_id", "target_due_at", "target_kind",
                     "consult_of", "consult_by", "hold_ms"):  # fmt: skip
            body.pop(name, None)
        if isinstance(event, ev.InteractionOffered):
            for name in ("step", "score", "blocked", "next_up", "policy"):
                body["reason"].pop(name, None)
        if isinstance(event, ev.AgentDefined):
            body["agent"].pop("mix", None)
        old.append(body)
    folded = Floor()
    for body in old:
        folded.apply(codec.event_from_builtins(body))
    assert folded.checksum() == p.floor.checksum()


OF_CALLS = (
    "entry", "received_at", "first_attributes", "held_at", "held_ms", "participants", "recording", "recording_ids",
    "consult_of", "consult_by", "consult_to", "promoted",
)  # fmt: skip


def test_a_snapshot_from_before_calls_is_still_read() -> None:
    """Version 2: fold the journal only from there on, whoever upgrades."""
    p = Play()
    p.queue()
    p.agent("李")
    p.start("1")
    p.accept("1")
    p.start("2")
    version, state = msgspec.msgpack.decode(p.floor.snapshot())
    for interaction in state["interactions"].values():
        for name in OF_CALLS:
            del interaction[name]
    old = Floor.restore(msgspec.msgpack.encode([version - 1, state]))
    assert (version, old.checksum()) == (3, p.floor.checksum())


# -- the codec -------------------------------------------------------------------------------------------------------
def test_every_event_and_command_survives_the_journal() -> None:
    kinds: set[str] = set()
    for seed in range(5_000, 5_030):
        chance, floor = Chance(seed), Floor()
        for number in range(200):
            envelope = chance.envelope(floor, number)
            command = envelope.command
            assert codec.decode_command(codec.encode_command(command)) == command
            assert codec.command_from_builtins(msgspec.to_builtins(command)) == command
            kinds.add(codec.kind_of(command))
            for event in answer(floor, envelope):
                if not isinstance(event, str):
                    assert stored(event) == event
                    assert codec.event_from_builtins(msgspec.json.decode(codec.encode_event(event))) == event
                    kinds.add(codec.kind_of(event))
    assert kinds == {kind.__name__ for kind in (*cmd.AnyCommand.__args__, *ev.AnyEvent.__args__)}


@pytest.mark.parametrize(
    "data",
    ["", "{}", "null", '{"type":"Nothing"}', '{"type":"Tick","at":', '{"type":"QueueRetired","at":"1","queue_id":"q"}',
     '{"type":"QueueRetired","at":1}', '{"type":"QueueRetired","at":NaN,"queue_id":"q"}'],
)  # fmt: skip
def test_what_is_not_an_event_is_refused(data: str) -> None:
    """FAULTS 17."""
    with pytest.raises((msgspec.ValidationError, msgspec.DecodeError)):
        codec.decode_event(data)


def test_a_fault_halfway_is_not_taken_for_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that refuses after its first event would leave half a change behind: the floor says so loudly."""
    from rexian.engine import floor as module

    def halfway(d: Any, c: Any) -> None:
        d.emit(ev.QueueRetired(at=d.at, queue_id="q"))
        raise Refusal("queue_full")

    p = Play()
    p.queue()
    monkeypatch.setitem(module.HANDLERS, cmd.Tick, halfway)
    with pytest.raises(RuntimeError, match="recovered"):
        p.floor.decide(cmd.Envelope(id="1", at=1, by=Party("system", "t"), command=cmd.Tick()))
