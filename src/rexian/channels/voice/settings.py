"""The voice channel's limits, in one place. Durations in ms."""

from __future__ import annotations

from msgspec import Struct


class VoiceLimits(Struct, frozen=True, kw_only=True):
    """`sockets_per_address`, `calls_per_address` and `alarm_ms` come from the installation's settings, the rest is part
    of the protocol.
    """

    sockets_per_address: int = 200
    frames: int = 60  # in `window_ms`, per socket; more are refused with `slow_down` (FAULTS 14)
    window_ms: int = 10_000
    keys: int = 20  # keys in `keys_ms`, per socket: a person's fingers are slower
    keys_ms: int = 2_000
    starts_per_address: int = 30  # new calls in `window_ms` from one address
    calls_per_address: int = 10  # at once, from pages; 0: no limit
    calls_per_visitor: int = 2  # at once: a call that hangs in one tab doesn't bar another
    hello_ms: int = 10_000  # a socket that has not said hello by then is closed
    silent_ms: int = 45_000  # a staff phone socket from which nothing has come for so long is closed
    position_every_ms: int = 1_000
    grace_ms: int = 20_000  # a line that was lost may come back for so long
    answer_ms: int = 5_000  # an agent's page has so long to connect before it is told in words
    phone_ms: int = 20_000  # an agent's own phone rings so long after they have accepted
    redial_ms: int = 3_000  # a phone that is not registered is called again after so long, within `grace_ms`
    ring_ms: int = 40_000  # a customer's page or telephone rings so long in a call-back
    alarm_ms: int = 20_000  # an emergency that nobody takes for so long alarms those who aren't at work; 0: never
    alarm_again_ms: int = 30_000  # a telephone that was called for it is called again after so long
    check_ms: int = 20_000  # an echo test lasts so long
    checks: int = 6  # echo tests in `checks_window_ms`, per address
    checks_window_ms: int = 60_000
    wrong_codes: int = 5  # wrong codes for taking a call over, per person in `codes_ms`
    codes_ms: int = 600_000
    rating_ms: int = 20_000  # how long a customer may take to press a rating key
    voicemail_ms: int = 180_000  # longest message
