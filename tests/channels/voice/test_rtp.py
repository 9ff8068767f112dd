"""RTP, RTCP and keys at packet level: lengths are checked, floods and foreign sources stay out, keys are told once."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rexian.channels.voice.webrtc import dtmf, rtcp, rtp
from rexian.channels.voice.webrtc.reception import Reception, mos, round_trip_s


# -- packets ---------------------------------------------------------------------------------------------------------
def test_a_packet_reads_back() -> None:
    packet = rtp.parse(rtp.build(0, 65_536 + 7, (1 << 32) + 9, 0xCAFE, b"sound", marker=True))
    assert packet == rtp.Packet(0, True, 7, 9, 0xCAFE, b"sound")


def test_extensions_contributors_and_padding_are_not_sound() -> None:
    head = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 0, 1, 2, 3)
    whole = head + b"CSRCCSRC" + struct.pack("!HH", 0xBEDE, 1) + b"xxxx" + b"sound" + b"\0\0\3"
    packet = rtp.parse(whole)
    assert packet is not None
    assert packet.payload == b"sound"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80" * 11,
        struct.pack("!BBHII", 0x40, 0, 1, 2, 3),  # version 1
        struct.pack("!BBHII", 0x8F, 0, 1, 2, 3),  # fifteen contributors that are not there
        struct.pack("!BBHII", 0x90, 0, 1, 2, 3),  # an extension that is not there
        struct.pack("!BBHII", 0x90, 0, 1, 2, 3) + struct.pack("!HH", 0, 0xFFFF),  # one longer than the packet
        struct.pack("!BBHII", 0xA0, 0, 1, 2, 3) + b"\xff",  # more padding than packet
        struct.pack("!BBHII", 0xA0, 0, 1, 2, 3) + b"\x00",  # padding of nothing
    ],
)
def test_a_length_that_lies_is_refused(data: bytes) -> None:
    assert rtp.parse(data) is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_no_datagram_crashes_a_parser(data: bytes) -> None:
    packet = rtp.parse(data)
    assert packet is None or len(packet.payload) <= len(data) - 12
    rtcp.parse(data)
    dtmf.Receiver().packet(0, data, 0.0)


# -- who may send ----------------------------------------------------------------------------------------------------
def test_another_source_stays_out_until_the_first_is_silent() -> None:
    gate = rtp.Gate()
    assert gate.admits(1, 0.0)
    gate.heard(1, 0.0)
    assert not gate.admits(2, 1.9)
    assert gate.admits(1, 1.9)
    assert gate.admits(2, 2.1)
    assert gate.heard(2, 2.1)
    assert not gate.admits(1, 2.2)


def test_a_signalled_source_is_the_only_one_at_first() -> None:
    gate = rtp.Gate(7)
    gate.heard(7, 0.0)
    assert not gate.admits(8, 0.1)


def test_a_flood_is_cut_to_a_rate() -> None:
    gate = rtp.Gate()
    let_in = sum(gate.admits(1, 5.0 + n / 10_000) for n in range(5_000))
    assert let_in == rtp.MAX_PER_SECOND
    assert gate.admits(1, 6.0)


# -- reports ---------------------------------------------------------------------------------------------------------
def test_a_sender_report_reads_back_and_tells_the_round_trip() -> None:
    sent_at = 1_700_000_000.5
    block = rtcp.Block(9, 0.25, 3, 70_000, 40, rtcp.ntp_middle(sent_at - 0.3), int(0.1 * 65_536))
    (report,) = [
        r for r in rtcp.parse(rtcp.sender_report(5, sent_at, 160, 10, 1_600, block)) if r.__class__ is rtcp.Report
    ]
    assert isinstance(report, rtcp.Report)
    assert (report.ssrc, report.ntp) == (5, rtcp.ntp_middle(sent_at))
    assert report.blocks == (block,)
    assert round_trip_s(block, sent_at) == pytest.approx(0.2, abs=0.001)


def test_loss_counts_what_never_came_and_wraps() -> None:
    reception = Reception(1)
    for n in range(100):
        if n % 10 != 5:
            reception.packet((65_500 + n) & 0xFFFF, n * 160, n * 0.02)
    assert reception.expected == 100
    assert reception.interval_loss() == pytest.approx(0.1)
    assert reception.interval_loss() == 0.0


def test_jitter_is_that_of_rfc_3550() -> None:
    reception = Reception(1)
    for n in range(400):
        reception.packet(n, n * 160, n * 0.02 + (0.010 if n % 2 else 0.0))
    assert reception.jitter_ms == pytest.approx(10, abs=0.5)


def test_a_restarted_source_begins_afresh() -> None:
    reception = Reception(1)
    reception.packet(10, 0, 0.0)
    reception.packet(40_000, 0, 0.02)
    assert reception.expected == 1


def test_a_good_line_is_better_than_a_lossy_and_a_slow_one() -> None:
    assert mos(0, 20, 2) > 4.3
    assert 3.0 < mos(0.03, 20, 2) < 4.2
    assert mos(0.3, 20, 2) < 2.6
    assert mos(0, 500, 2) < mos(0, 100, 2)
    assert mos(1, 5_000, 500) == 1.0


# -- keys ------------------------------------------------------------------------------------------------------------
def _event(key: int, duration: int, end: bool = False) -> bytes:
    return bytes([key, 0x80 if end else 0]) + duration.to_bytes(2, "big")


def test_a_key_is_told_once_at_its_end() -> None:
    receiver = dtmf.Receiver()
    told = [receiver.packet(1_000, _event(5, 160 * n), n * 0.02) for n in range(1, 6)]
    told += [receiver.packet(1_000, _event(5, 800, True), 0.12) for _ in range(3)]
    assert [key for keys in told for key in keys] == [dtmf.Key("5", 100)]


def test_a_key_whose_end_was_lost_ends_by_time_or_by_the_next() -> None:
    receiver = dtmf.Receiver()
    receiver.packet(1_000, _event(1, 800), 0.0)
    assert receiver.packet(3_000, _event(2, 160), 0.2) == [dtmf.Key("1", 100)]
    assert receiver.tick(0.3) == []
    assert receiver.tick(0.8) == [dtmf.Key("2", 20)]
    assert receiver.tick(9.0) == []
    assert receiver.packet(3_000, _event(2, 800, True), 9.1) == []


def test_a_key_that_is_held_for_ever_is_one_key() -> None:
    receiver = dtmf.Receiver()
    told = [receiver.packet(1_000, _event(3, min(65_535, 160 * n)), n * 0.02) for n in range(1, 1_000)]
    assert [key for keys in told for key in keys] == [dtmf.Key("3", dtmf.LONGEST_MS)]


def test_flash_and_other_events_are_no_keys() -> None:
    assert dtmf.Receiver().packet(1, _event(16, 800, True), 0.0) == []


def test_what_is_sent_is_heard_as_pressed() -> None:
    sender, receiver, heard = dtmf.Sender(), dtmf.Receiver(), []
    sender.press("19#")
    for beat in range(60):
        sent = sender.next(beat * 160)
        if sent is not None and beat % 7:  # every seventh packet is lost
            heard += receiver.packet(sent[0], sent[2], beat * 0.02)
    assert "".join(key.digit for key in heard) == "19#"
    with pytest.raises(ValueError):
        sender.press("x")
