"""The indexes against the plainest models: a sorted list, a dict, a scan."""

from __future__ import annotations

from random import Random

from rexian.engine.lines import Lines
from rexian.engine.piles import NONE, Pile, best_few


def test_a_pile_is_a_sorted_list_from_which_anything_may_leave() -> None:
    for seed in range(30):
        r = Random(seed)
        heads = [NONE]
        pile: Pile[int] = Pile(heads, 0)
        model: dict[int, int] = {}
        for _ in range(1_500):
            entry = r.randint(-300, 300)
            if entry in model and r.random() < 0.9:
                pile.remove(entry)
                del model[entry]
            elif entry not in model:
                pile.add(entry, entry * 2)
                model[entry] = entry * 2
            assert heads[0] == min(model, default=NONE)
            assert pile.second() == (sorted(model)[1] if len(model) > 1 else NONE)
            assert pile.head() == (2 * heads[0] if model else None)
        assert pile.live == model
        assert len(pile.heap) <= 2 * len(model) + 65, "the dead are cleared away"


def test_the_best_that_pass_are_found_and_everything_is_put_back() -> None:
    for seed in range(60):
        r = Random(seed)
        heads = [NONE, NONE, NONE]
        piles: list[Pile[int]] = [Pile(heads, index) for index in range(3)]
        entries = r.sample(range(100), 40)
        for entry in entries:
            piles[r.randrange(3)].add(entry, entry)
        divisor, most = r.choice((1, 3, 7, 200)), r.choice((1, 2, 5))

        def choose(heads: list[int] = heads) -> int:
            index = min(range(3), key=heads.__getitem__)
            return index if heads[index] != NONE else -1

        def passes(value: int, divisor: int = divisor) -> bool:
            return value % divisor == divisor - 1

        assert best_few(piles, choose, passes, most) == sorted(filter(passes, entries))[:most]
        assert sorted(e for pile in piles for e in pile.live) == sorted(entries)
        assert min(heads) == min(entries)


def test_a_line_knows_every_place() -> None:
    for seed in range(20):
        r = Random(seed)
        lines = Lines()
        model: dict[str, tuple[str, int, int]] = {}
        for number in range(1, 400):
            id = f"i{r.randint(1, 60)}"
            if r.random() < 0.6:
                queue, key = f"q{r.randint(1, 3)}", r.randint(-50, 50)
                own_number = int(id[1:])
                lines.join(queue, id, key, own_number)
                model[id] = (queue, key, own_number)
            else:
                lines.leave(id)
                model.pop(id, None)
            queue = f"q{number % 4}"
            expected = sorted((key, n, id) for id, (where, key, n) in model.items() if where == queue)
            assert lines.members(queue) == [id for _, _, id in expected]
            assert lines.length(queue) == len(expected)
            key, own_number = r.randint(-50, 50), 100
            assert lines.place_for(queue, key, own_number) == 1 + sum(e[:2] < (key, own_number) for e in expected)
            assert lines.members(queue, 3) == [id for _, _, id in expected[:3]]
            for place, (_, _, id) in enumerate(expected, 1):
                assert lines.place(id) == (place, len(expected))
        assert lines.place("nobody") is None
