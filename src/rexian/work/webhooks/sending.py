"""One attempt to deliver: judge the address now, connect to exactly that, sign, send, and say how it went."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import httpx
from msgspec import Struct

from rexian.work.webhooks.addresses import Forbidden, Resolver, Target, parse, resolve
from rexian.work.webhooks.signing import HEADER, sign

TIMEOUT_S = 10.0
MOST_OF_ANSWER = 65_536


class Outcome(Struct, frozen=True, kw_only=True):
    """How an attempt went. `error` is empty on success, else a code: `timeout`, `connection`, `tls`, `redirect`,
    `status`, or one of `Forbidden`. `asked_ms`: the receiver's `Retry-After`."""

    ok: bool
    status: int | None = None
    error: str = ""
    took_ms: int = 0
    asked_ms: int = 0


class Sender:
    """Sends. `loopback` as in `addresses.parse`."""

    def __init__(self, *, loopback: bool = False, resolver: Resolver | None = None) -> None:
        self._loopback = loopback
        self._resolver = resolver
        self._client = httpx.AsyncClient(
            follow_redirects=False,  # a redirect could lead inside
            trust_env=False,
            timeout=TIMEOUT_S,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, url: str, body: bytes, secrets: Sequence[str], *, id: str, type_: str, now_s: int) -> Outcome:
        """Make one attempt. `secrets`: the present one first, then one that is being replaced."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT_S + 1):
                target = await resolve(
                    parse(url, loopback=self._loopback), loopback=self._loopback, resolver=self._resolver
                )
                outcome = await self._send(target, body, _headers(target, body, secrets, id, type_, now_s))
        except Forbidden as error:
            outcome = Outcome(ok=False, error=error.code)
        except (TimeoutError, httpx.TimeoutException):
            outcome = Outcome(ok=False, error="timeout")
        except httpx.HTTPError as error:
            outcome = Outcome(ok=False, error="tls" if "CERTIFICATE" in str(error).upper() else "connection")
        took_ms = round((time.monotonic() - began) * 1000)
        return Outcome(
            ok=outcome.ok, status=outcome.status, error=outcome.error, took_ms=took_ms, asked_ms=outcome.asked_ms
        )

    async def _send(self, target: Target, body: bytes, headers: dict[str, str]) -> Outcome:
        """To the first address that can be reached."""
        trouble: httpx.HTTPError | None = None
        for address in target.addresses[:3]:
            try:
                return await self._send_to(target, address, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                trouble = error
        raise trouble or httpx.ConnectError("no address")

    async def _send_to(self, target: Target, address: str, body: bytes, headers: dict[str, str]) -> Outcome:
        # The certificate is checked against the name (`sni_hostname`), the connection goes to the judged address.
        async with self._client.stream(
            "POST",
            target.pinned(address),
            content=body,
            headers=headers,
            extensions={"sni_hostname": target.host} if target.scheme == "https" else {},
        ) as answer:
            await _read_some(answer)
            return _judged(answer)


async def _read_some(answer: httpx.Response) -> None:
    """Let the receiver finish its answer, but not without end; nothing of it is kept."""
    read = 0
    async for chunk in answer.aiter_raw():
        read += len(chunk)
        if read > MOST_OF_ANSWER:
            return


def _judged(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        return Outcome(ok=True, status=status)
    if 300 <= status < 400:
        return Outcome(ok=False, status=status, error="redirect")
    return Outcome(ok=False, status=status, error="status", asked_ms=_asked_ms(answer.headers.get("retry-after", "")))


def _asked_ms(retry_after: str) -> int:
    """`Retry-After` in seconds; dates are not honoured."""
    given = retry_after.strip()
    return int(given) * 1000 if given.isascii() and given.isdigit() and len(given) < 8 else 0


def _headers(target: Target, body: bytes, secrets: Sequence[str], id: str, type_: str, now_s: int) -> dict[str, str]:
    first, *others = [sign(secret, body, now_s) for secret in secrets]
    signature = ",".join([first, *(other.split(",", 1)[1] for other in others)])
    return {
        "Host": target.authority,
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "User-Agent": "Rexian-Webhooks/1",
        "Rexian-Delivery": id,
        "Rexian-Event": type_,
        HEADER: signature,
    }
