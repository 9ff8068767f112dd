"""What a process that serves sets once, at its start."""

from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """Let Python's cycle collector look less often, and never at what is there already.

    A floor is some hundred thousand living objects without cycles. Left to itself the collector goes through all of
    them whenever they have grown by a quarter, everything waits for that (0.1 to 0.3 s with 10,000 contacts), and a
    fifth of the time goes into looking at young ones, *m* 2026-11. What isn't in a cycle is freed at once all the same.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
