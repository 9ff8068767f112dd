"""What an Asterisk must be and have so that it can be led: its release, and the modules that our operations and the
configuration that we write rely on.

Releases: requests over the events WebSocket came with 20.14.0, 21.9.0 and 22.4.0
(docs.asterisk.org, *ARI REST over WebSocket*); 22 is the long-term release whose snoop, mute and recording are relied
on. The WebSocket channel for taps (`chan_websocket`) came with 22.6.0; without it only taps are impossible.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rexian.channels.voice.asterisk.plan import Plan
from rexian.kit.trouble import Trouble

OLDEST = (22, 4)

_ARI = (
    "res_ari", "res_ari_applications", "res_ari_asterisk", "res_ari_bridges", "res_ari_channels", "res_ari_events",
    "res_ari_playbacks", "res_ari_recordings", "res_http_websocket",
)  # fmt: skip
_STASIS = (
    "app_stasis", "res_stasis", "res_stasis_answer", "res_stasis_playback", "res_stasis_recording", "res_stasis_snoop",
)  # fmt: skip
_SOUND = (
    "bridge_simple", "bridge_softmix", "codec_alaw", "codec_ulaw", "codec_resample", "format_pcm", "format_sln",
    "res_musiconhold", "res_rtp_asterisk",
)  # fmt: skip
_SIP = (
    "chan_pjsip", "res_pjsip", "res_pjsip_caller_id", "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user", "res_pjsip_header_funcs", "res_pjsip_nat", "res_pjsip_rfc3326",
    "res_pjsip_sdp_rtp", "res_pjsip_session", "res_sorcery_config",
)  # fmt: skip
_PHONES = ("res_pjsip_authenticator_digest", "res_pjsip_registrar", "res_sorcery_astdb")
_BROWSERS = ("res_pjsip_transport_websocket", "res_sorcery_memory", "res_srtp")
_LOGINS = ("res_pjsip_outbound_authenticator_digest", "res_pjsip_outbound_registration")
_TIMING = ("res_timing_timerfd", "res_timing_pthread", "res_timing_kqueue")
"""Any one of them: without a clock nothing is mixed and nothing played."""
WANTED = ("chan_websocket",)
"""Taps need it, and nothing else."""


def modules_for(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """Modules that must run, each with those that do as well in its place."""
    return (*((name,) for name in _singles(plan)), _TIMING)


def _singles(plan: Plan) -> Iterator[str]:
    yield from ("pbx_config", "app_dial", *_ARI, *_STASIS, *_SOUND, *_SIP)
    if plan.phones:
        yield from _PHONES
    if any(phone.web for phone in plan.phones):
        yield from _BROWSERS
    if any(trunk.user for trunk in plan.trunks):
        yield from _LOGINS


def missing(needed: tuple[tuple[str, ...], ...], running: Collection[str]) -> list[str]:
    """Which of them don't run; of alternatives all are named, with a bar between."""
    there = {name.removesuffix(".so") for name in running}
    return ["|".join(names) for names in needed if not there.intersection(names)]


def read_version(text: str) -> tuple[int, int] | None:
    """Major and minor of `22.10.1`, `22.10.1+dfsg`, `certified-22.8-cert1`, `GIT-22-5f1c`; None: it can't be told.

    A build from the branch of a release is taken for its newest.
    """
    if found := re.match(r"(?:certified[-/])?(\d+)\.(\d+)", text):
        return int(found[1]), int(found[2])
    branch = re.match(r"GIT-(\d+)-", text)
    return (int(branch[1]), 99) if branch else None


def too_old(node: str, version: str) -> Trouble | None:
    """A version that can't be read is trusted: what it can't do shows in its modules."""
    found = read_version(version)
    if found is None or found >= OLDEST:
        return None
    return Trouble("asterisk_old", {"node": node, "version": version, "wanted": ".".join(map(str, OLDEST))})


def lacking(
    node: str, version: str, needed: tuple[tuple[str, ...], ...], running: Collection[str]
) -> Trouble | None:  # fmt: skip
    gone = missing(needed, running)
    return Trouble("asterisk_modules", {"node": node, "version": version, "modules": ", ".join(gone)}) if gone else None
