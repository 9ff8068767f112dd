"""Where a webhook may go: the address is judged when it is entered, and again, resolved and pinned, at each delivery.

A name that points outside today may point inside tomorrow (rebinding), so what was judged is exactly what is connected
to: the caller gets addresses, not names, and redirects are not followed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

MAX_URL = 2_000
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]

# Ways of writing an IPv4 address inside an IPv6 one; what is inside counts.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


class Forbidden(ValueError):
    """The address may not be called. `code` is one of `url_malformed`, `url_scheme`, `url_private`, `url_unknown`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Target(Struct, frozen=True, kw_only=True):
    """A judged URL. `addresses` are the only ones that may be connected to, in the resolver's order."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...] = ()

    @property
    def authority(self) -> str:
        """The `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": 443, "http": 80}[self.scheme] else f"{host}:{self.port}"

    def pinned(self, address: str) -> str:
        """The URL with the judged address in the place of the name."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def parse(url: str, *, loopback: bool = False) -> Target:
    """Judge a URL as it is written. `loopback` allows this machine, and plain http to it: demo and tests only.

    Raises `Forbidden`.
    """
    if len(url) > MAX_URL or any(ch <= " " or ch in "\\\x7f" for ch in url) or not url.isascii():
        raise Forbidden("url_malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden("url_malformed") from error
    if parts.scheme not in {"https", "http"}:
        raise Forbidden("url_scheme")
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username is not None or parts.password is not None or port == 0:
        raise Forbidden("url_malformed")
    literal = _literal(host)
    inside = literal.is_loopback if literal is not None else host == "localhost" or host.endswith(".localhost")
    if parts.scheme == "http" and not (loopback and inside):
        raise Forbidden("url_scheme")
    if literal is not None and not allowed(literal, loopback=loopback):
        raise Forbidden("url_private")
    if literal is None and inside and not loopback:
        raise Forbidden("url_private")
    return Target(
        url=url, scheme=parts.scheme, host=host, port=port or {"https": 443, "http": 80}[parts.scheme],
        path=_path(parts),
    )  # fmt: skip


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    # `2130706433`, `0x7f.1`, `017700000001`: what the C library would take for an address is judged as that address.
    if host.replace(".", "").replace("x", "").isalnum() and host[0].isdigit():
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    return None


def allowed(address: Address, *, loopback: bool = False) -> bool:
    """Say whether an address is out in the world (or, if `loopback`, this machine)."""
    inner = _embedded(address)
    if inner is not None:
        return allowed(inner, loopback=loopback)
    if address.is_loopback:
        return loopback
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    inside = address in _NAT64 or (address in _COMPATIBLE and int(address) > 1)
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if inside else None


async def resolve(target: Target, *, loopback: bool = False, resolver: Resolver | None = None) -> Target:
    """Look the name up and judge every address that it has: one forbidden address forbids the name.

    Raises `Forbidden` (`url_unknown`: the name has no address now).
    """
    literal = _literal(target.host)
    if literal is not None:
        found = [str(literal)]
    else:
        try:
            found = await (resolver or _look_up)(target.host, target.port)
        except OSError as error:
            raise Forbidden("url_unknown") from error
    if not found:
        raise Forbidden("url_unknown")
    for address in found:
        if not allowed(ipaddress.ip_address(address.partition("%")[0]), loopback=loopback):
            raise Forbidden("url_private")
    return Target(
        url=target.url, scheme=target.scheme, host=target.host, port=target.port, path=target.path,
        addresses=tuple(dict.fromkeys(found)),
    )  # fmt: skip


async def _look_up(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
