"""Callers for `bench.voice`, in a process of their own: every leg sends G.711 in SRTP over loopback.

Not a bench by itself. Told on standard input, as JSON: `{"ports": [...], "seconds": s}`.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import time

from pylibsrtp import Policy, Session

PHASES = 4  # the legs don't all send at the same instant


def key(leg: int, inbound: bool) -> bytes:
    """Both ends know it; AES-128 in counter mode, 16 bytes of key and 14 of salt."""
    return struct.pack("!IB", leg, inbound).ljust(30, b"k")


def session(leg: int, *, sends: bool, inbound: bool) -> Session:
    kind = Policy.SSRC_ANY_OUTBOUND if sends else Policy.SSRC_ANY_INBOUND
    profile = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
    return Session(Policy(key=key(leg, inbound), ssrc_type=kind, srtp_profile=profile))


def packet(leg: int, number: int, payload: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, number * 160 & 0xFFFFFFFF, leg + 1) + payload


def speech() -> list[bytes]:
    """50 payloads that differ, neither silent nor alike."""
    return [bytes((128 + ((n * 7 + at * 3) & 63)) & 255 for at in range(160)) for n in range(50)]


def main() -> None:
    told = json.loads(sys.stdin.readline())
    ports, end = told["ports"], time.monotonic() + told["seconds"]
    sessions = [session(leg, sends=True, inbound=True) for leg in range(len(ports))]
    sockets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # what comes back fills its buffer and is dropped
    words, step, due = speech(), 0, time.monotonic()
    while due < end:
        number, phase = divmod(step, PHASES)
        for leg in range(phase, len(ports), PHASES):
            protected = sessions[leg].protect(packet(leg, number, words[number % 50]))
            sockets.sendto(protected, ("127.0.0.1", ports[leg]))
        step += 1
        due += 0.02 / PHASES
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()
