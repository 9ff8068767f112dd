"""The jitter buffer under simulated networks: what it plays, in which order, how late, and how it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from rexian.channels.voice.webrtc.mixing.jitter import BLOCK, RING, JitterBuffer, Kind


class Packet(Struct, frozen=True):
    seq: int
    stamp: int
    payload: bytes
    arrives_ms: float


def block(number: int) -> bytes:
    """Ten ms that tell which they are."""
    return bytes([number & 0xFF, number >> 8 & 0xFF]) + bytes(BLOCK - 2)


def number(data: bytes) -> int:
    return data[0] | data[1] << 8


def speech(
    seconds: float, ms: int = 20, *, delay: Callable[[int], float] = lambda _: 30.0, first_seq: int = 65_500,
    first_stamp: int = 0xFFFFF000, clock: float = 1.0,
) -> list[Packet]:  # fmt: skip
    """Packets of `ms` each; `clock`: how fast the sender's runs. Both counters wrap early on."""
    each = ms // 10
    return [
        Packet(
            seq=(first_seq + n) & 0xFFFF,
            stamp=(first_stamp + n * each * BLOCK) & 0xFFFFFFFF,
            payload=b"".join(block(n * each + one) for one in range(each)),
            arrives_ms=1_000 + (n + 1) * ms / clock + delay(n),
        )
        for n in range(int(seconds * 1000 / ms))
    ]


class Played(Struct):
    """What one beat gave: its kind, the numbers of the blocks in it, and the depth after it."""

    kind: Kind
    blocks: list[int]
    depth_ms: float


def beats(
    buffer: JitterBuffer, packets: list[Packet], until_ms: float | None = None, pace: float = 1.0
) -> Iterator[Played]:
    """Play the network's packets, as they arrive, through the buffer, a beat every 20 ms."""
    coming = sorted(packets, key=lambda packet: packet.arrives_ms)
    now, end = 1_000.0, until_ms or max(packet.arrives_ms for packet in packets) + 400
    at = 0
    while now < end:
        while at < len(coming) and coming[at].arrives_ms <= now:
            one = coming[at]
            buffer.put(one.seq, one.stamp, one.payload, one.arrives_ms)
            at += 1
        kind, data = buffer.take(now)
        halves = [data[n : n + BLOCK] for n in range(0, len(data), BLOCK)]
        if kind is Kind.LONG or kind is Kind.FIRST:
            halves = halves[:1]
        elif kind is Kind.SECOND:
            halves = halves[1:]
        yield Played(kind, [number(half) for half in halves], buffer.depth_ms(now))
        now += 20 * pace


def blocks_of(played: list[Played]) -> list[int]:
    return [one for beat in played for one in beat.blocks]


def concealed(played: list[Played]) -> int:
    """Blocks without sound between the first and the last sound."""
    sounds = [n for n, beat in enumerate(played) if beat.blocks]
    missing = {Kind.NOTHING: 2, Kind.FIRST: 1, Kind.SECOND: 1}
    return sum(missing.get(beat.kind, 0) for beat in played[sounds[0] : sounds[-1]])


@pytest.mark.parametrize("ms", [10, 20, 30, 40, 60])
def test_a_steady_network_is_played_whole_whatever_the_size_of_packets(ms: int) -> None:
    buffer = JitterBuffer()
    played = list(beats(buffer, speech(6, ms)))
    assert blocks_of(played) == list(range(6 * 100))
    assert concealed(played) == 0
    assert (buffer.lost, buffer.late, buffer.duplicates) == (0, 0, 0)
    assert buffer.target_ms == 20


def test_reordered_packets_are_played_in_order() -> None:
    order = Random(1)
    packets = speech(6, delay=lambda _: order.choice([30.0, 55.0, 75.0]))
    played = list(beats(JitterBuffer(), packets))
    heard = blocks_of(played)
    assert heard == sorted(heard)
    assert len(heard) > 595


def test_the_second_packet_may_come_first() -> None:
    packets = speech(2, delay=lambda n: 55.0 if n == 0 else 30.0)
    assert blocks_of(list(beats(JitterBuffer(), packets)))[:4] == [0, 1, 2, 3]


def test_duplicates_are_counted_and_change_nothing() -> None:
    packets = speech(4)
    buffer = JitterBuffer()
    twice = packets + [Packet(p.seq, p.stamp, p.payload, p.arrives_ms + 7) for p in packets]
    assert blocks_of(list(beats(buffer, twice))) == list(range(400))
    assert (buffer.duplicates, buffer.received, buffer.lost) == (200, 200, 0)


def test_loss_is_concealed_in_its_place_and_counted() -> None:
    lost = {20, 50, 51, 90}
    packets = [packet for n, packet in enumerate(speech(4)) if n not in lost]
    buffer = JitterBuffer()
    played = list(beats(buffer, packets))
    assert blocks_of(played) == [n for n in range(400) if n // 2 not in lost]
    assert concealed(played) == 2 * len(lost)
    assert buffer.lost == len(lost)


def test_half_a_frame_lost_of_10_ms_packets_gives_the_other_half() -> None:
    packets = [packet for n, packet in enumerate(speech(2, 10)) if n not in (50, 81)]
    kinds = {beat.kind for beat in beats(JitterBuffer(), packets, 2_900)}
    assert {Kind.FIRST, Kind.SECOND} <= kinds


def test_depth_follows_the_jitter_up_and_down() -> None:
    order = Random(2)
    rough = JitterBuffer()
    played = list(beats(rough, speech(20, delay=lambda n: 30 + (order.random() * 100 if n < 500 else 0))))
    assert all(80 < beat.depth_ms < 130 for beat in played[300:480])
    assert played[-40].depth_ms < 45
    late_share = rough.late / rough.received
    assert late_share < 0.02


def test_a_short_standstill_of_the_network_costs_a_wait_and_no_words() -> None:
    """150 ms nothing comes, then all at once: played whole, and the delay is worked off again."""
    packets = speech(10, delay=lambda n: 30 + max(0.0, 150 - 20 * (n - 100)) if n >= 100 else 30)
    buffer = JitterBuffer()
    played = list(beats(buffer, packets))
    assert blocks_of(played) == list(range(1_000))
    assert buffer.late == 0
    assert played[-40].depth_ms < 45


def test_a_route_that_becomes_longer_for_good_is_followed() -> None:
    packets = speech(20, delay=lambda n: 30.0 if n < 400 else 110.0)
    played = list(beats(JitterBuffer(), packets))
    assert len(blocks_of(played)) > 1_990
    assert concealed(played) <= 12


@pytest.mark.parametrize("clock", [0.9995, 1.0005])
def test_a_drifting_clock_costs_10_ms_now_and_then(clock: float) -> None:
    """500 ppm over two minutes are 60 ms: more than a buffer of 20 ms holds."""
    buffer = JitterBuffer()
    played = list(beats(buffer, speech(120, clock=clock)))
    assert blocks_of(played) == list(range(12_000))
    assert concealed(played) <= 8
    assert all(beat.depth_ms < 100 for beat in played[50:-30])


def test_a_pause_of_the_sender_is_no_loss_and_does_not_deepen_the_buffer() -> None:
    """Silence suppression: sequence numbers go on, timestamps leap by the pause."""
    packets = speech(10)
    for pause in (50, 150, 300):
        packets = packets[:pause] + [
            Packet(p.seq, (p.stamp + 2_000 * 8) & 0xFFFFFFFF, p.payload, p.arrives_ms + 2_000) for p in packets[pause:]
        ]
    buffer = JitterBuffer()
    played = list(beats(buffer, packets))
    assert blocks_of(played) == list(range(1_000))
    assert (buffer.lost, buffer.late) == (0, 0)
    assert played[-60].depth_ms < 60


@pytest.mark.parametrize("leap", [90_000_000, -90_000_000, 4_001, 2**31 - 5])
def test_a_timestamp_that_jumps_is_followed_after_a_few_packets(leap: int) -> None:
    packets = speech(10)
    packets = packets[:200] + [
        Packet(p.seq, (p.stamp + leap) & 0xFFFFFFFF, p.payload, p.arrives_ms) for p in packets[200:]
    ]
    played = list(beats(JitterBuffer(), packets))
    heard = blocks_of(played)
    assert heard == sorted(heard)
    assert len(heard) > 950
    assert heard[-1] == 999


def test_another_count_of_sequence_numbers_is_taken_up() -> None:
    first, second = speech(2), speech(4, first_seq=30_000)[100:]
    buffer = JitterBuffer()
    assert len(blocks_of(list(beats(buffer, first + second)))) > 390
    assert buffer.refused == 1
    assert buffer.lost <= 1


@pytest.mark.parametrize("size", [0, 1, 79, 81, 159, 161, 1_040, 4_000])
def test_what_is_no_multiple_of_10_ms_is_refused(size: int) -> None:
    buffer = JitterBuffer()
    buffer.put(1, 0, bytes(size), 0)
    assert (buffer.refused, buffer.received) == (1, 0)


def test_nothing_is_nothing() -> None:
    assert JitterBuffer().take(5.0) == (Kind.NEVER, b"")


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**9),
    ms=st.sampled_from([10, 20, 30, 40, 60]),
    jitter=st.integers(0, 400),
    loss=st.sampled_from([0.0, 0.01, 0.1, 0.5]),
    twice=st.sampled_from([0.0, 0.2]),
    clock=st.sampled_from([0.998, 1.0, 1.002]),
)
def test_on_any_network_order_bounds_and_counts_hold(
    seed: int, ms: int, jitter: int, loss: float, twice: float, clock: float
) -> None:
    order = Random(seed)
    sent = speech(5, ms, delay=lambda _: order.random() * jitter, clock=clock)
    kept = [sent[0]] + [packet for packet in sent[1:-1] if order.random() >= loss] + [sent[-1]]
    again = [Packet(p.seq, p.stamp, p.payload, p.arrives_ms + 5) for p in kept if order.random() < twice]
    buffer = JitterBuffer()
    played = []
    for beat in beats(buffer, kept + again):
        played.append(beat)
        assert buffer.held <= RING
        assert beat.depth_ms <= 230
        assert 20 <= buffer.target_ms <= 200
    heard = blocks_of(played)
    assert all(earlier < later for earlier, later in pairwise(heard)), "never out of order or twice"
    assert buffer.received == len(kept)
    assert buffer.lost == len(sent) - len(kept)
    assert buffer.duplicates == len(again)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 2**32 - 1), st.integers(0, 14), st.booleans())))
def test_no_packet_whatsoever_breaks_it(packets: list[tuple[int, int, int, bool]]) -> None:
    buffer, now = JitterBuffer(), 0.0
    for seq, stamp, blocks, beat in packets:
        buffer.put(seq, stamp, bytes(blocks * BLOCK), now)
        if beat:
            now += 20
            kind, data = buffer.take(now)
            assert len(data) == {Kind.NOTHING: 0, Kind.NEVER: 0, Kind.SHORT: 240}.get(kind, 160)
        assert buffer.held <= RING
