"""What the settings say about telephone lines, read and checked once."""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import urlsplit

from msgspec import Struct

from rexian.kit.settings import Settings, SettingsError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
APP = "rexian"
"""Name of the Stasis application under which Asterisk knows us."""

CHANNEL_VARIABLES = ("RX_LEG", "RX_PAI")
"""Channel variables that every event carries: what we noted on a leg, and who the carrier says is calling."""


class Trunk(Struct, frozen=True, kw_only=True):
    """A line to a carrier. With a user it registers there; without, the carrier knows our address."""

    name: str
    host: str
    port: int = 5060
    user: str = ""
    password: str = ""


class PhonePlan(Struct, frozen=True, kw_only=True):
    name: str
    web: bool = False


class Plan(Struct, frozen=True, kw_only=True):
    """All that the engine and the generated configuration need. Passwords that nobody set come from the secret."""

    urls: tuple[str, ...]
    draining: tuple[str, ...] = ()
    drained: str = ""
    front: str = ""
    user: str = APP
    password: str = ""
    capacity: int = 400
    sounds: str = ""
    sounds_there: str = ""
    music: str = ""
    sip: str = "0.0.0.0:5060"
    public_address: str = ""
    rtp: tuple[int, int] = (10_000, 19_999)
    certificate: str = ""
    certificate_key: str = ""
    wss: str = "0.0.0.0:8089"
    trunks: tuple[Trunk, ...] = ()
    phones: tuple[PhonePlan, ...] = ()
    fallback: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    outbound_at_once: int = 60
    outbound_minutes: int = 6_000
    secret: str = ""

    def phone_password(self, name: str) -> str:
        """The password of a phone: the same as long as the installation's secret is."""
        return derived(self.secret, f"phone:{name}")

    def hourly_password(self, name: str, hour: int) -> str:
        """The password of a browser's phone in one hour since 1970."""
        return derived(self.secret, f"browser:{name}:{hour}")

    @staticmethod
    def auths(name: str) -> tuple[str, str]:
        """What a browser's phone is let in by, as Asterisk knows it: this hour's, the last one's."""
        return f"{name}.now", f"{name}.before"  # no phone has a dot in its name

    @property
    def sip_host(self) -> str:
        return self.sip.rpartition(":")[0]

    @property
    def sip_port(self) -> int:
        return int(self.sip.rpartition(":")[2])


def derived(secret: str, what: str) -> str:
    """A password of 32 hexadecimal digits for one purpose, from the installation's secret."""
    return hmac.new(secret.encode(), f"asterisk:{what}".encode(), hashlib.sha256).hexdigest()[:32]


def plan_of(settings: Settings) -> Plan:
    """Read the settings of group voice. Raises `SettingsError` in words."""
    sounds = settings.asterisk_sounds or str(settings.home / "asterisk-sounds")
    return Plan(
        urls=tuple(_url(url) for url in settings.asterisk_urls),
        draining=tuple(_url(url) for url in settings.asterisk_draining),
        drained=str(settings.home / "asterisk-draining"),
        front=_address("asterisk_front", settings.asterisk_front) if settings.asterisk_front else "",
        user=_name("asterisk_user", settings.asterisk_user),
        password=settings.asterisk_password or derived(settings.secret, "ari"),
        capacity=settings.asterisk_capacity,
        sounds=sounds,
        sounds_there=settings.asterisk_sounds_there or sounds,
        music=settings.asterisk_music,
        sip=_address("asterisk_sip", settings.asterisk_sip),
        public_address=settings.asterisk_public_address,
        rtp=_ports(settings.asterisk_rtp_ports),
        certificate=settings.asterisk_certificate,
        certificate_key=settings.asterisk_certificate_key,
        wss=_address("asterisk_wss", settings.asterisk_wss),
        trunks=tuple(_trunk(text) for text in settings.asterisk_trunks),
        phones=tuple(_phone(text) for text in settings.asterisk_phones),
        fallback=tuple(_name("asterisk_fallback", name) for name in settings.asterisk_fallback),
        denied=settings.asterisk_denied_numbers,
        outbound_at_once=settings.asterisk_outbound_at_once,
        outbound_minutes=settings.asterisk_outbound_minutes,
        secret=settings.secret,
    )


def _name(setting: str, text: str) -> str:
    if not NAME.fullmatch(text):
        raise SettingsError(f"{setting}: {text!r} must be 1 to 40 letters, digits, '-' and '_'")
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"asterisk_urls: {text!r} is not like http://host:8088/ari")
    return text.rstrip("/")


def _address(setting: str, text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise SettingsError(f"{setting}: {text!r} is not like 0.0.0.0:5060")
    return text


def _ports(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,5})-(\d{2,5})", text)
    if not found or not 1024 <= int(found[1]) < int(found[2]) <= 65_535:
        raise SettingsError(f"asterisk_rtp_ports: {text!r} is not like 10000-19999")
    return int(found[1]), int(found[2])


def _trunk(text: str) -> Trunk:
    found = re.fullmatch(
        r"(?P<name>[^=]+)=(?:(?P<user>[^:@\s]+):(?P<password>[^@\s]+)@)?(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>\d+))?",
        text,
    )
    if not found:
        # What was given is not shown: a password may be in it.
        raise SettingsError("asterisk_trunks: each is name=host:port or name=user:password@host:port")
    given = found.groupdict()
    return Trunk(
        name=_name("asterisk_trunks", given["name"]), host=given["host"], port=int(given["port"] or 5060),
        user=given["user"] or "", password=given["password"] or "",
    )  # fmt: skip


def _phone(text: str) -> PhonePlan:
    name, _, kind = text.partition(":")
    if kind not in {"", "web"}:
        raise SettingsError(f"asterisk_phones: {text!r}: after the colon only 'web' is known")
    return PhonePlan(name=_name("asterisk_phones", name), web=kind == "web")
