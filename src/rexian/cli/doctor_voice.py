"""What the doctor looks at of calls: the engine that is set, the way between browsers, and each exchange.

Everything that is asked has a time limit; all exchanges are asked at once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from rexian.channels.voice.relay import Relay, relay_of, why_not
from rexian.cli.findings import Finding, found
from rexian.cli.words import terminal_locale
from rexian.kit.settings import Settings, SettingsError, ensure_secret

if TYPE_CHECKING:
    from rexian.channels.voice.asterisk.examine import Examined

_LOOPBACK_S = 6.0
_LIBRARIES = ("aioice", "OpenSSL", "pylibsrtp", "numpy")


def voice(settings: Settings) -> Iterator[Finding]:
    """Whether calls are possible: the engine, a microphone's need of https, a network between browsers."""
    if not settings.voice_enabled:
        yield found("ok", "voice", "off")
        return
    local = settings.host in {"127.0.0.1", "::1", "localhost"}
    if not local and settings.url.startswith("http://"):
        yield found("bad", "voice", "plain", "plain_mend", url=settings.url)
    if settings.voice_engine == "asterisk":
        yield from _exchanges(settings)
    else:
        yield from _embedded(settings)
    if relay := relay_of(settings.voice_turn, settings.voice_turn_secret):
        yield _turn(relay)
    elif not local:
        yield found("warn", "voice", "turn", "turn_mend")


def _turn(relay: Relay) -> Finding:
    """Whether the TURN server relays for whom we send there."""
    server = relay.urls[0]
    try:
        why = asyncio.run(why_not(relay))
    except ValueError as error:
        return found("bad", "settings", "bad", "bad_mend", why=f"voice_turn: {error}")
    if not why:
        return found("ok", "voice", "turn_ok", server=server)
    mend = "turn_secret_mend" if why == "refused" and relay.secret else f"turn_{why}_mend"
    return found("bad", "voice", f"turn_{why}", mend, server=server)


# -- the embedded engine ---------------------------------------------------------------------------------------------
def _embedded(settings: Settings) -> Iterator[Finding]:
    runs = (settings.home / "voice.sock").exists()
    yield found("ok", "voice", "runs" if runs else "rests", engine=settings.voice_engine)
    gone = [name for name in _LIBRARIES if not _there(name)]
    if gone:
        yield found("bad", "media", "libraries", "libraries_mend", names=", ".join(gone))
        return
    yield _loopback(settings)


def _there(library: str) -> bool:
    try:
        import_module(library)
    except (ImportError, OSError):  # a C library under it that can't be loaded is either
        return False
    return True


def _loopback(settings: Settings) -> Finding:
    """A call from this program to itself, over the machine's own addresses: UDP ports, DTLS, SRTP, sound."""
    from rexian.channels.voice.webrtc.selftest import loopback

    try:
        ms = asyncio.run(asyncio.wait_for(loopback(settings.voice_addresses), _LOOPBACK_S))
    except (TimeoutError, OSError) as error:
        return found("bad", "media", "silent", "silent_mend", why=str(error) or "–")
    except Exception as error:  # whatever it is, the other findings are wanted too
        return found("bad", "media", "silent", "silent_mend", why=f"{type(error).__name__}: {error}")
    return found("ok", "media", "ok", ms=ms)


# -- exchanges -------------------------------------------------------------------------------------------------------
def _exchanges(settings: Settings) -> Iterator[Finding]:
    from rexian.channels.voice.asterisk.examine import examine
    from rexian.channels.voice.asterisk.plan import plan_of

    known = settings.secret or (settings.home / "secret").exists()
    try:
        plan = plan_of(ensure_secret(settings) if known else settings)
    except SettingsError as error:
        yield found("bad", "settings", "bad", "bad_mend", why=error)
        return
    if not plan.urls:
        yield found("bad", "exchange", "none", "none_mend")
    for node in asyncio.run(examine(plan)):
        yield from _exchange(node)
    sounds = Path(plan.sounds)
    if sounds.exists() and not os.access(sounds, os.W_OK | os.X_OK):
        yield found("bad", "exchange", "sounds", "sounds_mend", folder=sounds)


def _exchange(node: Examined) -> Iterator[Finding]:
    if node.trouble is not None:
        said = node.trouble.said(terminal_locale())
        mend = "away_mend" if node.trouble.code == "asterisk_unreachable" else ""
        yield found("bad", "exchange", "trouble", mend, why=said)
        return
    led = "led" if node.led else "free"
    yield found("ok", "exchange", led, node=node.url, version=node.version)
    if not node.dialplan:
        yield found("bad", "exchange", "dialplan", "config_mend", node=node.url)
    elif not node.current:
        yield found("warn", "exchange", "stale", "config_mend", node=node.url)
    if node.absent:
        yield found("bad", "exchange", "absent", "config_mend", node=node.url, names=", ".join(node.absent))
    if node.offline:
        yield found("warn", "exchange", "offline", "offline_mend", node=node.url, names=", ".join(node.offline))
    if not node.recordings:
        yield found("bad", "exchange", "recordings", "recordings_mend", node=node.url)
    if node.lacks:
        yield found("warn", "exchange", "lacks", "lacks_mend", node=node.url, names=", ".join(node.lacks))
