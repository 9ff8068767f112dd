"""Session descriptions (RFC 8866) of one audio stream between a browser and us (JSEP, RFC 9429): read and written.

Only what a telephone call needs: G.711 (RFC 3551), telephone-event (RFC 4733), BUNDLE, rtcp-mux, ICE and DTLS-SRTP.
Whatever else a browser offers is refused in the answer with port 0, as the RFC asks, so that the offer stands.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from rexian.channels.voice.port import BadMedia

MAX_BYTES = 32_768
"""A browser's audio-only offer has 2 to 6 kB; with video and a dozen candidates 15 kB."""
MAX_LINES = 800
MAX_CANDIDATES = 24
MAX_SECTIONS = 8

Law = Literal["u", "a"]
Setup = Literal["actpass", "active", "passive"]
_LAWS: dict[str, Law] = {"pcmu": "u", "pcma": "a"}
_STATIC = {"0": "pcmu", "8": "pcma"}
_CODEC_NAMES: dict[Law, str] = {"u": "PCMU", "a": "PCMA"}
_ICE_WORD = re.compile(r"[A-Za-z0-9+/]+")
_TOKEN = re.compile(r"[!-~]{1,64}")


class Description(Struct, frozen=True, kw_only=True):
    """What one side says of itself. `laws`: G.711 laws by payload type, best first; `event_type`: −1 for none.

    `session`: the id in `o=`, which stays the same as long as the peer's connection object lives.
    `sections`: (kind, mid, protocol and formats) of all media sections, so that an answer can mirror them.
    """

    session: str
    ufrag: str
    password: str
    fingerprint: str
    setup: Setup
    laws: tuple[tuple[int, Law], ...]
    event_type: int = -1
    mid: str = "0"
    candidates: tuple[str, ...] = ()
    ssrc: int | None = None
    sections: tuple[tuple[str, str, str], ...] = (("audio", "0", ""),)
    bundle: bool = True

    @property
    def law(self) -> Law:
        """The law that is spoken: the first that this side takes."""
        return self.laws[0][1]

    @property
    def payload_type(self) -> int:
        return self.laws[0][0]


class _Section(Struct):
    """The lines of one media section, still as text. Section 0 is what stands before the first `m=`."""

    head: str
    lines: list[str]

    def one(self, name: str) -> str | None:
        """The value of the first `a=name:value` (or `""` for a bare `a=name`)."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        start = f"a={name}:"
        return [line[len(start) :] if line != f"a={name}" else "" for line in self.lines
                if line.startswith(start) or line == f"a={name}"]  # fmt: skip


def parse_offer(text: str) -> Description:
    """Read a browser's offer. Raises `BadMedia` and nothing else, whatever it is given."""
    return _parse(text, {"actpass", "active", "passive"})


def parse_answer(text: str) -> Description:
    """Read an answer to an offer of ours. Raises `BadMedia`."""
    return _parse(text, {"active", "passive"})


def _parse(text: str, setups: set[str]) -> Description:
    session, *media = _sections(text)
    found = [(at, section) for at, section in enumerate(media) if _is_audio(section)]
    if not found:
        raise BadMedia("no_audio")
    _, audio = found[0]
    if audio.one("rtcp-mux") is None:
        raise BadMedia("no_security")  # a browser always multiplexes; a second port is one more hole to guard
    fingerprint, setup = _security(session, audio, setups)
    ufrag, password = _ice(session, audio)
    laws, event_type = _codecs(audio)
    return Description(
        session=_session_id(session), ufrag=ufrag, password=password, fingerprint=fingerprint, setup=setup, laws=laws,
        event_type=event_type, mid=_mid(audio), candidates=_candidates(audio), ssrc=_ssrc(audio),
        sections=tuple(_mirror(section) for section in media), bundle=_bundled(session, _mid(audio)),
    )  # fmt: skip


def _sections(text: str) -> list[_Section]:
    if not isinstance(text, str) or len(text) > MAX_BYTES or not text.startswith("v=0"):
        raise BadMedia("sdp_unreadable")
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise BadMedia("sdp_unreadable")
    sections = [_Section("", [])]
    for line in lines:
        if line.startswith("m="):
            sections.append(_Section(line[2:], []))
        else:
            sections[-1].lines.append(line.rstrip())
    if len(sections) > MAX_SECTIONS + 1:
        raise BadMedia("sdp_unreadable")
    return sections


def _is_audio(section: _Section) -> bool:
    words = section.head.split()
    if len(words) < 4 or words[0] != "audio" or words[1] == "0" or not words[1].isdecimal():
        return False
    return section.one("inactive") is None


def _security(session: _Section, audio: _Section, setups: set[str]) -> tuple[str, Setup]:
    offered = [value.split() for value in audio.all("fingerprint") or session.all("fingerprint")]
    good = [words[1].upper() for words in offered if len(words) == 2 and words[0].lower() == "sha-256"]
    setup = audio.one("setup") or session.one("setup") or ""
    secure = audio.head.split()[2].upper() in {"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF"}
    if not secure or not good or not re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", good[0]) or setup not in setups:
        raise BadMedia("no_security")
    return good[0], setup  # type: ignore[return-value]


def _ice(session: _Section, audio: _Section) -> tuple[str, str]:
    ufrag = audio.one("ice-ufrag") or session.one("ice-ufrag") or ""
    password = audio.one("ice-pwd") or session.one("ice-pwd") or ""
    if not (4 <= len(ufrag) <= 256 and 22 <= len(password) <= 256):
        raise BadMedia("sdp_unreadable")
    if not (_ICE_WORD.fullmatch(ufrag) and _ICE_WORD.fullmatch(password)):
        raise BadMedia("sdp_unreadable")
    return ufrag, password


def _codecs(audio: _Section) -> tuple[tuple[tuple[int, Law], ...], int]:
    """G.711 at 8,000 Hz in the offer's order, but mu-law first: it is what the mixer and the recordings speak."""
    names = dict(_STATIC)
    for value in audio.all("rtpmap"):
        number, _, name = value.partition(" ")
        names[number] = name.strip().lower().removesuffix("/1")
    formats = [word for word in audio.head.split()[3:] if word.isdecimal() and int(word) < 128]
    laws = [(int(word), _LAWS[name]) for word in formats
            if (name := names.get(word, "").removesuffix("/8000")) in _LAWS]  # fmt: skip
    events = [int(word) for word in formats if names.get(word) == "telephone-event/8000"]
    if not laws:
        raise BadMedia("no_codec")
    return tuple(sorted(laws, key=lambda pair: pair[1] != "u")), events[0] if events else -1


def _candidates(audio: _Section) -> tuple[str, ...]:
    """UDP candidates of the first component. mDNS names are left out: such a browser comes to us (RFC 8445 7.3.1.3)."""
    kept = []
    for value in audio.all("candidate"):
        words = value.split()
        if len(words) < 8 or words[1] != "1" or words[2].lower() != "udp" or words[4].endswith(".local"):
            continue
        if words[3].isdecimal() and words[5].isdecimal() and 0 < int(words[5]) < 65_536:
            kept.append(" ".join(words[:8]))
    return tuple(kept[:MAX_CANDIDATES])


def _ssrc(audio: _Section) -> int | None:
    number = (audio.one("ssrc") or "").partition(" ")[0]
    return int(number) if number.isdecimal() and int(number) < 1 << 32 else None


def _mid(section: _Section) -> str:
    mid = section.one("mid") or ""
    return mid if _TOKEN.fullmatch(mid) else ""


def _mirror(section: _Section) -> tuple[str, str, str]:
    words = section.head.split()
    if len(words) < 4 or not all(_TOKEN.fullmatch(word) for word in words):
        raise BadMedia("sdp_unreadable")
    return words[0], _mid(section), f"{words[2]} {words[3]}"


def _bundled(session: _Section, mid: str) -> bool:
    groups = [value.split() for value in session.all("group")]
    return any(words and words[0] == "BUNDLE" and mid in words[1:] for words in groups)


def _session_id(session: _Section) -> str:
    origin = next((line[2:].split() for line in session.lines if line.startswith("o=")), [])
    if len(origin) != 6:
        raise BadMedia("sdp_unreadable")
    return origin[1][:64]


# -- writing ---------------------------------------------------------------------------------------------------------
def answer_to(offer: Description, ours: Description, *, version: int = 1) -> str:
    """Write our answer: the audio section taken with one law, every other section refused. `version`: of `o=`."""
    lines = _head(ours, version)
    taken = False
    if offer.bundle:
        lines.append(f"a=group:BUNDLE {offer.mid}")
    for kind, mid, rest in offer.sections:
        if kind == "audio" and mid == offer.mid and not taken:
            taken = True
            lines += _audio(ours)
        else:
            lines += [f"m={kind} 0 {rest}", "c=IN IP4 0.0.0.0", "a=inactive", *([f"a=mid:{mid}"] if mid else [])]
    return "\r\n".join(lines) + "\r\n"


def offer_of(ours: Description) -> str:
    """Write an offer of our own (the conformance rig's caller speaks as a browser does)."""
    return "\r\n".join([*_head(ours, 1), f"a=group:BUNDLE {ours.mid}", *_audio(ours)]) + "\r\n"


def _head(ours: Description, version: int) -> list[str]:
    return ["v=0", f"o=- {ours.session} {version} IN IP4 127.0.0.1", "s=-", "t=0 0", "a=msid-semantic: WMS *"]


def _audio(ours: Description) -> list[str]:
    events = [ours.event_type] if ours.event_type >= 0 else []
    formats = " ".join(str(number) for number in [*(number for number, _ in ours.laws), *events])
    lines = [f"m=audio 9 UDP/TLS/RTP/SAVPF {formats}", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0"]
    lines += [f"a=rtpmap:{number} {_CODEC_NAMES[law]}/8000" for number, law in ours.laws]
    for number in events:
        lines += [f"a=rtpmap:{number} telephone-event/8000", f"a=fmtp:{number} 0-15"]
    lines += [*([f"a=mid:{ours.mid}"] if ours.mid else []), "a=ptime:20", "a=maxptime:60", "a=sendrecv", "a=rtcp-mux"]
    lines += [f"a=ice-ufrag:{ours.ufrag}", f"a=ice-pwd:{ours.password}", f"a=setup:{ours.setup}"]
    lines += [f"a=fingerprint:sha-256 {ours.fingerprint}"]
    lines += [f"a=candidate:{candidate}" for candidate in ours.candidates] + ["a=end-of-candidates"]
    if ours.ssrc is not None:
        lines += ["a=msid:rexian voice", f"a=ssrc:{ours.ssrc} cname:rexian"]
    return lines
