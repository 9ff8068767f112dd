"""Which voice engine the settings ask for. The only place that knows engines by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from rexian.channels.voice.desk_frames import Sip
from rexian.channels.voice.frames import IceServer
from rexian.channels.voice.port import VoiceEngine
from rexian.channels.voice.relay import relay_of
from rexian.kit.settings import Settings, SettingsError, ensure_secret


def engine_of(settings: Settings) -> VoiceEngine | None:
    """None when there are to be no calls. Raises `SettingsError` in words."""
    if not settings.voice_enabled:
        return None
    from rexian.channels.voice.webrtc.config import config_of

    config = config_of(settings)  # with an exchange too: its browsers are told of the same STUN and TURN
    if settings.voice_engine == "asterisk":
        return _asterisk(settings)
    from rexian.channels.voice.webrtc.engine import EmbeddedEngine

    return EmbeddedEngine(settings.home, config)


def _asterisk(settings: Settings) -> VoiceEngine:
    from rexian.channels.voice.asterisk.engine import AsteriskEngine
    from rexian.channels.voice.asterisk.plan import plan_of

    if not settings.asterisk_urls:
        raise SettingsError("asterisk_urls: voice_engine is asterisk, so say where it is: http://host:8088/ari")
    return AsteriskEngine(plan_of(ensure_secret(settings)))


def exchange_socket(settings: Settings) -> str:
    """Where browsers' phones reach the exchange, ws:// or wss://; '' with the embedded engine."""
    if settings.voice_engine != "asterisk" or not settings.asterisk_urls:
        return ""
    if settings.asterisk_socket:
        if not settings.asterisk_socket.startswith(("ws://", "wss://")):
            raise SettingsError("asterisk_socket: give a socket's address: wss://host/ws")
        return settings.asterisk_socket
    parts = urlsplit(settings.asterisk_urls[0])
    if settings.asterisk_certificate:
        return f"wss://{parts.hostname}:{settings.asterisk_wss.rpartition(':')[2]}/ws"
    return f"ws://{parts.hostname}:{parts.port or 8088}/ws"


class Passes(Protocol):
    """Who lets pages in at the exchange, for as long as they are open and with passwords that end."""

    renewed: Callable[[], None]
    """Called when open pages must be told new passwords."""

    async def open(self, name: str) -> None:
        """A page that is this phone is there; returns once it may register."""

    def close(self, name: str) -> None:
        """The last such page has gone."""

    def password(self, name: str) -> str: ...


def passes_of(engine: VoiceEngine | None) -> Passes | None:
    """None: pages need no password, with the embedded engine."""
    return getattr(engine, "passes", None)


def browser_phones(settings: Settings, passes: Passes | None) -> Callable[[str], Sip | None]:
    """How a page registers as the phone of this name; None for a phone that stands on a desk."""
    socket = exchange_socket(settings)
    if not socket or passes is None:
        return lambda name: None
    from rexian.channels.voice.asterisk.plan import plan_of

    plan = plan_of(ensure_secret(settings))
    web = {phone.name for phone in plan.phones if phone.web}
    host = urlsplit(socket).hostname

    def sip_of(name: str) -> Sip | None:
        if name not in web:
            return None
        return Sip(ws=socket, uri=f"sip:{name}@{host}", user=name, password=passes.password(name))

    return sip_of


def ice_servers(settings: Settings) -> list[IceServer]:
    """What browsers are told now of STUN and TURN; it may be of no use after `relay.LASTS_S`."""
    servers = [IceServer(urls=[f"stun:{settings.voice_stun}"])] if settings.voice_stun else []
    if relay := relay_of(settings.voice_turn, settings.voice_turn_secret):
        user, password = relay.login()
        servers.append(IceServer(urls=list(relay.urls), username=user, credential=password))
    return servers
