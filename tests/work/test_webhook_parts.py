"""Webhooks, the pure parts: signatures, addresses that may be called, pauses between attempts."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.work.webhooks.addresses import Forbidden, allowed, parse, resolve
from rexian.work.webhooks.schedule import GIVE_UP_MS, SWITCH_OFF_MS, next_at, persistent
from rexian.work.webhooks.signing import sign, verify

SECRET, BODY, NOW = "whsec_abc", '{"id":"1","名":"值"}'.encode(), 1_760_000_000


# -- signatures ------------------------------------------------------------------------------------------------------
def test_a_signature_as_documented() -> None:
    """The value is fixed here, since receivers in any language compute it themselves."""
    assert sign("whsec_test", b"{}", 1_700_000_000) == (
        "t=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91"
    )


def test_the_right_signature_is_taken_and_a_wrong_one_is_not() -> None:
    """FAULTS 21."""
    header = sign(SECRET, BODY, NOW)
    assert verify(SECRET, BODY, header, NOW)
    assert not verify("whsec_other", BODY, header, NOW)
    assert not verify(SECRET, BODY + b" ", header, NOW)
    assert not verify(SECRET, BODY, header[:-1] + ("0" if header[-1] != "0" else "1"), NOW)


@pytest.mark.parametrize("age", [361, -361, 10**9])
def test_a_signature_six_minutes_old_is_refused(age: int) -> None:
    """FAULTS 22."""
    assert not verify(SECRET, BODY, sign(SECRET, BODY, NOW - age), NOW)


def test_during_a_change_of_secrets_one_of_two_signatures_is_enough() -> None:
    both = sign("whsec_old", BODY, NOW) + "," + sign(SECRET, BODY, NOW).split(",")[1]
    assert verify(SECRET, BODY, both, NOW)


@given(st.text(max_size=80))
def test_a_malformed_header_is_only_ever_wrong(header: str) -> None:
    assert not verify(SECRET, BODY, header, NOW)


# -- addresses: FAULTS 24 --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.com/a", "url_scheme"),
        ("ftp://hooks.example.com/a", "url_scheme"),
        ("file:///etc/passwd", "url_scheme"),
        ("javascript:alert(1)", "url_scheme"),
        ("https://", "url_malformed"),
        ("https://user:pass@example.com/", "url_malformed"),
        ("https://example.com:0/", "url_malformed"),
        ("https://example.com:99999/", "url_malformed"),
        ("https://exa mple.com/", "url_malformed"),
        ("https://example.com/\r\nX: 1", "url_malformed"),
        ("https://evil.example\\@example.com/", "url_malformed"),
        ("https://例子.example/", "url_malformed"),
        ("https://" + "a" * 2000, "url_malformed"),
        ("https://localhost/", "url_private"),
        ("https://hooks.localhost./", "url_private"),
        ("https://127.0.0.1/", "url_private"),
        ("https://2130706433/", "url_private"),
        ("https://0x7f.1/", "url_private"),
        ("https://0177.0.0.1/", "url_private"),
        ("https://10.0.0.8/", "url_private"),
        ("https://172.16.0.1/", "url_private"),
        ("https://192.168.1.1/", "url_private"),
        ("https://169.254.169.254/latest/meta-data", "url_private"),
        ("https://100.64.0.1/", "url_private"),
        ("https://0.0.0.0/", "url_private"),
        ("https://224.0.0.1/", "url_private"),
        ("https://255.255.255.255/", "url_private"),
        ("https://[::1]/", "url_private"),
        ("https://[::]/", "url_private"),
        ("https://[fe80::1]/", "url_private"),
        ("https://[fd00::1]/", "url_private"),
        ("https://[::ffff:10.0.0.1]/", "url_private"),
        ("https://[::ffff:7f00:1]/", "url_private"),
        ("https://[64:ff9b::a00:1]/", "url_private"),
        ("https://[2002:a00:1::]/", "url_private"),
        ("https://[::127.0.0.1]/", "url_private"),
    ],
)
def test_addresses_inside_are_refused_however_they_are_written(url: str, code: str) -> None:
    with pytest.raises(Forbidden) as refused:
        parse(url)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "url", ["https://hooks.example.com/a?b=c", "https://1.1.1.1:8443/", "https://[2606:4700::1111]/", "https://a.b/"]
)
def test_addresses_outside_are_taken(url: str) -> None:
    assert parse(url).url == url


def test_this_machine_is_allowed_only_by_the_setting() -> None:
    target = parse("http://127.0.0.1:9000/hook", loopback=True)
    assert (target.authority, target.pinned("127.0.0.1")) == ("127.0.0.1:9000", "http://127.0.0.1:9000/hook")
    with pytest.raises(Forbidden):
        parse("http://10.0.0.1:9000/hook", loopback=True)
    with pytest.raises(Forbidden):
        parse("http://hooks.example.com/", loopback=True)


async def test_a_name_that_points_inside_is_refused_at_each_delivery() -> None:
    """FAULTS 24, rebinding: judged by what it resolves to now, and one forbidden address is enough."""
    target = parse("https://hooks.example.com/a")

    async def outside(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "2606:4700::1111"]

    async def inside(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    async def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    pinned = await resolve(target, resolver=outside)
    assert pinned.pinned(pinned.addresses[0]) == "https://93.184.215.14:443/a"
    assert pinned.authority == "hooks.example.com"
    for resolver, code in ((inside, "url_private"), (nowhere, "url_unknown")):
        with pytest.raises(Forbidden) as refused:
            await resolve(target, resolver=resolver)
        assert refused.value.code == code


@given(st.ip_addresses(v=4))
def test_no_private_address_passes_in_disguise(address: ipaddress.IPv4Address) -> None:
    right = allowed(address)
    assert right == (address.is_global and not address.is_multicast and not address.is_reserved)
    for disguise in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert allowed(ipaddress.ip_address(disguise)) == right


# -- pauses ----------------------------------------------------------------------------------------------------------
def test_pauses_grow_and_end_after_a_day() -> None:
    now, attempts, pauses = 0, 1, []
    while (at := next_at(0, attempts, now, 500)) is not None:
        pauses.append(at - now)
        now, attempts = at, attempts + 1
    assert pauses == sorted(pauses)
    assert 5_000 <= pauses[0] <= 6_000
    assert now <= GIVE_UP_MS
    assert now > GIVE_UP_MS - 5 * 3_600_000


@given(st.integers(1, 40), st.integers(0, 999))
def test_pauses_are_spread_by_a_fifth(attempts: int, luck: int) -> None:
    middle = next_at(0, attempts, 0, 500)
    at = next_at(0, attempts, 0, luck)
    assert middle is not None
    assert at is not None
    assert abs(at - middle) <= middle // 4


def test_what_the_receiver_asks_for_is_honoured_within_reason() -> None:
    assert next_at(0, 1, 0, 500, asked_ms=120_000) == 120_000
    assert next_at(0, 1, 0, 500, asked_ms=10**12) == 3_600_000


def test_a_webhook_is_switched_off_after_three_days_of_nothing_but_failures() -> None:
    assert not persistent(None, 10**12)
    assert not persistent(0, SWITCH_OFF_MS - 1)
    assert persistent(0, SWITCH_OFF_MS)
