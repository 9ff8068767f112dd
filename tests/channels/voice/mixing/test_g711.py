"""G.711 against Python's own codec, byte by byte, and against values of the recommendation's tables."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from rexian.channels.voice.webrtc.mixing.facts import Law
from rexian.channels.voice.webrtc.mixing.g711 import SILENCE, decode, encode

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    audioop = pytest.importorskip("audioop", reason="gone from Python 3.13 on")

ALL_CODES = bytes(range(256))
ALL_SAMPLES = np.arange(-32_768, 32_768).astype(np.int16)


@pytest.mark.parametrize("law", ["u", "a"])
def test_every_code_decodes_as_the_reference_does(law: Law) -> None:
    reference = {"u": audioop.ulaw2lin, "a": audioop.alaw2lin}[law](ALL_CODES, 2)
    assert decode(ALL_CODES, law).tolist() == np.frombuffer(reference, np.int16).tolist()


@pytest.mark.parametrize("law", ["u", "a"])
def test_every_sample_encodes_as_the_reference_does(law: Law) -> None:
    reference = {"u": audioop.lin2ulaw, "a": audioop.lin2alaw}[law](ALL_SAMPLES.tobytes(), 2)
    assert encode(ALL_SAMPLES, law) == reference


@pytest.mark.parametrize("law", ["u", "a"])
def test_what_was_decoded_encodes_to_the_same_byte_again(law: Law) -> None:
    """So a call of two whose sound isn't mixed with anything goes through the mixer unaltered."""
    again = encode(decode(ALL_CODES, law), law)
    negative_zero = 0x7F  # mu law knows two zeros
    expected = bytes(0xFF if law == "u" and code == negative_zero else code for code in ALL_CODES)
    assert again == expected


def test_the_recommendations_values() -> None:
    """Table 2a (mu): the largest value is 8,031 of 14 bits; table 1a (A): 4,032 of 13 bits."""
    assert decode(b"\x80\x00\xff", "u").tolist() == [8_031 * 4, -8_031 * 4, 0]
    assert decode(b"\xaa\x2a\xd5", "a").tolist() == [4_032 * 8, -4_032 * 8, 8]
    assert SILENCE == {"u": 0xFF, "a": 0xD5}
