"""Ids are UUIDv7 (RFC 9562) and rise."""

from __future__ import annotations

import time
import uuid

import pytest

from rexian.kit.ids import _Generator, is_id, new_id


def test_an_id_is_a_uuid_of_version_7_that_tells_its_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before - 1 <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_ids_rise_strictly_even_within_a_millisecond_and_when_the_clock_goes_back() -> None:
    generator = _Generator()
    made = [generator.make(1_760_000_000_000) for _ in range(10_000)] + [generator.make(1_759_999_999_000)]
    assert made == sorted(set(made))


WRONG = ("", "x", None, 7, new_id().upper() + "0", new_id()[:-1], "{" + new_id() + "}", new_id() + "\n", "А" * 36)


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_no_id(text: object) -> None:
    assert not is_id(text)
    assert is_id(new_id())
