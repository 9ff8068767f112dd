"""Whatever boundary of its journal a floor dies at, it comes back the same and goes on alike, with all features on."""

from __future__ import annotations

from rexian.engine import codec
from rexian.engine.floor import Floor
from tests.engine.randomly import Chance
from tests.engine.test_twin import answer

COMMANDS = 320


def test_a_floor_that_is_restored_before_every_command_never_differs() -> None:
    for seed in range(20_000, 20_012):
        chance, alive, mortal = Chance(seed), Floor(), Floor()
        for number in range(COMMANDS):
            mortal = Floor.restore(mortal.snapshot())
            envelope = chance.envelope(alive, number)
            expected = answer(alive, envelope)
            assert answer(mortal, envelope) == expected, f"seed {seed}, command {number}: {envelope}"
            assert mortal.checksum() == alive.checksum()


def test_a_journal_folded_up_to_any_point_goes_on_alike() -> None:
    """By way of the journal's own bytes; the folded floor decides the rest of the history as the first one did."""
    for seed in range(21_000, 21_016):
        chance, alive = Chance(seed), Floor()
        journal: list[bytes] = []
        died = chance.random.randrange(20, COMMANDS)
        folded: Floor | None = None
        for number in range(COMMANDS):
            if number == died:
                folded = Floor()
                for row in journal:
                    folded.apply(codec.decode_event(row))
                assert folded.checksum() == alive.checksum()
            envelope = chance.envelope(alive, number)
            expected = answer(alive, envelope)
            if folded is not None:
                assert answer(folded, envelope) == expected, f"seed {seed}, command {number}: {envelope}"
            journal += [codec.encode_event(event) for event in expected if not isinstance(event, str)]
        assert folded is not None
        assert folded.snapshot() == alive.snapshot()


def test_the_same_history_gives_the_same_checksum_in_every_run() -> None:
    for seed in range(22_000, 22_006):
        checksums = []
        for _ in range(2):
            chance, floor = Chance(seed), Floor()
            for number in range(COMMANDS):
                answer(floor, chance.envelope(floor, number))
            checksums.append(floor.checksum())
        assert checksums[0] == checksums[1]
