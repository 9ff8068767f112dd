"""Which voice engine the settings ask for. The only place that knows engines by name."""

from __future__ import annotations

from rexian.channels.voice.frames import IceServer
from rexian.channels.voice.port import VoiceEngine
from rexian.kit.settings import Settings


def engine_of(settings: Settings) -> VoiceEngine | None:
    """None when there are to be no calls."""
    if not settings.voice_enabled:
        return None
    from rexian.channels.voice.webrtc.config import config_of
    from rexian.channels.voice.webrtc.engine import EmbeddedEngine

    return EmbeddedEngine(settings.home, config_of(settings))


def ice_servers(settings: Settings) -> list[IceServer]:
    """What browsers are told of STUN and TURN."""
    servers = [IceServer(urls=[f"stun:{settings.voice_stun}"])] if settings.voice_stun else []
    if settings.voice_turn:
        url, user, password = settings.voice_turn
        url = url if url.startswith(("turn:", "turns:")) else f"turn:{url}"
        servers.append(IceServer(urls=[url], username=user, credential=password))
    return servers
