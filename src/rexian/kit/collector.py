"""Python's collector of cyclic garbage, set for a process that holds much and makes little of it."""

from __future__ import annotations

import gc

# Python looks through everything that a process holds after some ten thousand new objects: with 3,000 sockets that was
# half a second of silence for everybody, every few seconds, to find next to nothing. Almost all of our garbage goes by
# its reference count. So the young are looked through while they are few, and all of them after 5,000 × 10 × 40.
YOUNG, MIDDLE, ALL = 5_000, 10, 40


def calm() -> None:
    """Leave alone what the process holds now (its code, mostly), and look through all the rest seldom.

    To be called once, when the application has been made. It is for processes that serve: what is held now stays.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, ALL)
