"""Session descriptions: browsers are understood, answers are such that browsers take them, garbage is refused."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rexian.channels.voice.port import BadMedia
from rexian.channels.voice.webrtc import sdp

OFFERS = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "offers").glob("*.sdp"))}
OURS = sdp.Description(
    session="1", ufrag="abcd", password="p" * 22, fingerprint=":".join(["AB"] * 32), setup="passive", laws=((0, "u"),),
    event_type=126, candidates=("1 1 udp 2130706431 192.0.2.1 40000 typ host",), ssrc=77,
)  # fmt: skip


@pytest.mark.parametrize("browser", OFFERS)
def test_the_offers_of_all_browsers_are_understood(browser: str) -> None:
    offer = sdp.parse_offer(OFFERS[browser])
    assert offer.laws == ((0, "u"), (8, "a"))
    assert offer.event_type == {"chromium": 126, "firefox": 101, "safari": 126}[browser]
    assert offer.setup == "actpass"
    assert len(offer.fingerprint) == 95
    assert offer.bundle


def test_names_that_only_the_browsers_own_network_resolves_are_left_out() -> None:
    assert sdp.parse_offer(OFFERS["firefox"]).candidates == ("2 1 UDP 1686052863 198.51.100.7 51472 typ srflx",)


def test_tcp_candidates_are_left_out() -> None:
    assert len(sdp.parse_offer(OFFERS["chromium"]).candidates) == 3


@pytest.mark.parametrize("browser", OFFERS)
def test_an_answer_takes_one_law_and_keys_and_reads_back(browser: str) -> None:
    offer = sdp.parse_offer(OFFERS[browser])
    text = sdp.answer_to(offer, msgspec.structs.replace(OURS, mid=offer.mid, event_type=offer.event_type))
    answer = sdp.parse_answer(text)
    assert answer.laws == ((0, "u"),)
    assert answer.event_type == offer.event_type
    assert (answer.ufrag, answer.fingerprint, answer.setup, answer.ssrc) == ("abcd", OURS.fingerprint, "passive", 77)
    assert f"a=group:BUNDLE {offer.mid}\r\n" in text


def test_video_and_data_are_refused_and_audio_stands() -> None:
    video = (
        "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n"
    )
    offer = sdp.parse_offer(OFFERS["chromium"] + video)
    lines = sdp.answer_to(offer, OURS).splitlines()
    assert [line for line in lines if line.startswith("m=")] == [
        "m=audio 9 UDP/TLS/RTP/SAVPF 0 126",
        "m=video 0 UDP/TLS/RTP/SAVPF 96",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
    ]


def _without(*starts: str) -> str:
    return "\n".join(line for line in OFFERS["chromium"].splitlines() if not line.startswith(starts)) + "\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "sdp_unreadable"),
        ("hello", "sdp_unreadable"),
        (_without("m=audio"), "no_audio"),
        (OFFERS["chromium"].replace("m=audio 46382", "m=audio 0"), "no_audio"),
        (OFFERS["chromium"].replace("a=sendrecv", "a=inactive"), "no_audio"),
        (OFFERS["chromium"].replace(" 0 8 13", " 13"), "no_codec"),
        (_without("a=fingerprint"), "no_security"),
        (OFFERS["chromium"].replace("sha-256", "sha-1"), "no_security"),
        (OFFERS["chromium"].replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "no_security"),
        (_without("a=setup"), "no_security"),
        (_without("a=rtcp-mux"), "no_security"),
        (_without("a=ice-pwd"), "sdp_unreadable"),
        (OFFERS["chromium"].replace("a=ice-ufrag:2Hl3", "a=ice-ufrag:2H l"), "sdp_unreadable"),
        (_without("o="), "sdp_unreadable"),
        (OFFERS["chromium"] + "a=x:" + "y" * sdp.MAX_BYTES, "sdp_unreadable"),
        (OFFERS["chromium"] + "a=x\n" * sdp.MAX_LINES, "sdp_unreadable"),
        (OFFERS["chromium"] + "m=audio 9 UDP/TLS/RTP/SAVPF 0\n" * 9, "sdp_unreadable"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_code(text: str, code: str) -> None:
    with pytest.raises(BadMedia) as caught:
        sdp.parse_offer(text)
    assert caught.value.code == code


def test_candidates_are_bounded() -> None:
    more = "".join(f"a=candidate:1 1 udp 1 192.0.2.1 {1000 + n} typ host\n" for n in range(200))
    assert len(sdp.parse_offer(OFFERS["chromium"] + more).candidates) == sdp.MAX_CANDIDATES


@settings(max_examples=300, deadline=None)
@given(
    browser=st.sampled_from(sorted(OFFERS)),
    cuts=st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["drop", "double", "swap", "word", "junk"])), max_size=6
    ),
    junk=st.text(max_size=40),
)
@example(browser="chromium", cuts=[(8, "junk")], junk="m=audio ²")
def test_a_damaged_offer_is_refused_or_answered_but_never_crashes(
    browser: str, cuts: list[tuple[int, str]], junk: str
) -> None:
    lines = OFFERS[browser].splitlines()
    for at, how in cuts:
        at %= len(lines)
        match how:
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                lines[at], lines[-1] = lines[-1], lines[at]
            case "word":
                lines[at] = lines[at].replace(" ", junk[:3] or "  ", 1)
            case _:
                lines.insert(at, junk)
        if not lines:
            break
    try:
        offer = sdp.parse_offer("\r\n".join(lines))
    except BadMedia:
        return
    text = sdp.answer_to(offer, msgspec.structs.replace(OURS, mid=offer.mid))
    assert text.count("m=") == len(offer.sections)
    assert "\n" not in text.replace("\r\n", "")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_at_all_is_refused(text: str) -> None:
    with pytest.raises(BadMedia):
        sdp.parse_offer("v=0\n" + text)
