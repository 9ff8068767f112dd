"""How `bench.telephone` reads the wire between the house and Asterisk."""

from __future__ import annotations

import json

import pytest
from bench.ari_wire import Frames
from bench.telephone_wire import Story


def test_whose_time_it_is_until_both_are_in_the_bridge() -> None:
    """Asterisk has 10 + 20 ms of the 100: what overlaps counts once, what is about another call not at all."""
    add = "bridges/b/addChannel"
    lines = [
        [0.900, "ask", "1", "POST", "channels/i%3Aa?x=1", ""], [0.901, "answer", "1", 200],
        [1.000, "event", "ChannelStateChange", "i:a", "Up"],
        [1.010, "ask", "2", "DELETE", "playbacks/p", ""],
        [0.950, "ask", "0", "POST", "channels/c/play/p", ""], [0.951, "answer", "0", 201],
        [1.020, "answer", "2", 204],
        [1.030, "ask", "3", "POST", "channels/else", ""],
        [1.080, "ask", "4", "POST", add, json.dumps({"channel": ["c"]})],
        [1.085, "ask", "5", "POST", add, json.dumps({"channel": ["i:a"]})],
        [1.095, "answer", "4", 204], [1.100, "answer", "5", 204], [1.200, "answer", "3", 200],
    ]  # fmt: skip
    (one,) = Story(sorted(lines, key=lambda line: float(str(line[0])))).joinings()
    assert [one.total_ms, one.ours_ms] == pytest.approx([100, 70])


def test_a_call_that_no_agent_joined_is_none() -> None:
    lines = [[1.0, "ask", "1", "POST", "bridges/b/addChannel", '{"channel":["c"]}'], [1.1, "answer", "1", 204]]
    assert Story(lines).joinings() == []


def test_messages_are_found_however_the_bytes_come() -> None:
    masked = bytes([0x81, 0x80 | 2, 1, 2, 3, 4, ord("h") ^ 1, ord("i") ^ 2])
    long = bytes([0x01, 126, 0, 200]) + b"x" * 200 + bytes([0x80, 1]) + b"y"
    ping = bytes([0x89, 0])
    whole = b"GET /ari/events HTTP/1.1\r\nUpgrade: websocket\r\n\r\n" + masked + ping + long
    frames = Frames()
    found = [message for byte in whole for message in frames.take(bytes([byte]))]
    assert found == [b"hi", b"x" * 200 + b"y"]
