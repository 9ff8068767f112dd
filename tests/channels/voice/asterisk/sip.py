"""A telephone in Python: SIP over UDP (RFC 3261), digest (RFC 2617), G.711 mu-law and telephone events (RFC 4733).

It answers by itself, speaks a tone from the first moment and keeps what it hears. No product code is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
import random
import re
import struct
import time
from typing import Any

import numpy as np
import numpy.typing as npt

RATE, FRAME = 8_000, 160
KEYS = "0123456789*#ABCD"


def _tables() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Mu-law to −1…1 and 16-bit to mu-law (G.711)."""
    code = ~np.arange(256, dtype=np.uint8)
    wide = code.astype(np.int32)
    value = (((wide & 0x0F) << 3) + 0x84 << ((wide & 0x70) >> 4)) - 0x84
    linear = np.where(wide & 0x80, -value, value)
    order = np.argsort(linear, kind="stable")
    nearest = np.searchsorted(linear[order], np.arange(-32768, 32768)).clip(0, 255)
    return linear / 32768.0, order[nearest].astype(np.uint8)


TO_LINEAR, TO_ULAW = _tables()


def tone(hz: int, seconds: float = 1.0, amplitude: float = 0.35) -> bytes:
    """A tone in mu-law, −9 dBFS."""
    t = np.arange(int(RATE * seconds)) / RATE
    wave = amplitude * np.sin(2 * np.pi * hz * t) if hz else np.zeros(len(t))
    return bytes(TO_ULAW[(wave * 32767).astype(np.int32) + 32768])


class Sound(asyncio.DatagramProtocol):
    """One RTP session (RFC 3550)."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.packets = 0
        self.keys = ""
        self._event: int | None = None
        self.peer: tuple[str, int] | None = None
        self.transport: asyncio.DatagramTransport | None = None
        self.sequence, self.stamp = random.randrange(60_000), random.randrange(1 << 30)
        self.source = random.randrange(1 << 32)
        self.loop_of_tone, self.at = tone(0), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < 12:
            return
        kind, stamp = data[1] & 0x7F, struct.unpack_from("!I", data, 4)[0]
        if kind == 0:
            self.packets += 1
            self.heard += data[12:]
        elif kind == 101 and data[13] & 0x80 and self._event != stamp:
            self._event = stamp
            self.keys += KEYS[data[12]]

    def send(self, kind: int, payload: bytes, stamp: int, mark: bool = False) -> None:
        if self.peer and self.transport:
            head = struct.pack("!BBHII", 0x80, kind | (0x80 if mark else 0), self.sequence & 0xFFFF,
                               stamp & 0xFFFFFFFF, self.source)  # fmt: skip
            self.transport.sendto(head + payload, self.peer)
            self.sequence += 1

    def beat(self) -> None:
        """20 ms of the tone."""
        piece = self.loop_of_tone[self.at : self.at + FRAME]
        self.at = (self.at + FRAME) % len(self.loop_of_tone)
        self.send(0, piece, self.stamp)
        self.stamp += FRAME

    async def press(self, digits: str) -> None:
        """Each key 100 ms: packets every 20 ms, its end three times."""
        for digit in digits:
            stamp, code = self.stamp, KEYS.index(digit)
            for n in range(1, 6):
                self.send(101, struct.pack("!BBH", code, 10, n * FRAME), stamp, mark=n == 1)
                await asyncio.sleep(0.02)
            for _ in range(3):
                self.send(101, struct.pack("!BBH", code, 0x8A, 5 * FRAME), stamp)
            await asyncio.sleep(0.08)


class SipPhone(asyncio.DatagramProtocol):
    """One telephone with one call at a time."""

    def __init__(self, name: str, password: str, exchange: tuple[str, int], hz: int = 0, answers: bool = True) -> None:
        self.name, self.password, self.exchange = name, password, exchange
        self.answers, self.answer_status = answers, 200
        self.call: dict[str, Any] = {}
        self.sound = Sound()
        self.speak(hz)
        self.up, self.ended = asyncio.Event(), asyncio.Event()
        self.answers_of: dict[str, asyncio.Queue[str]] = {}
        self.port = 0
        self.received: list[str] = []
        self._beating: asyncio.Task[None] | None = None

    # -- life --------------------------------------------------------------------------------------------------------
    async def start(self, port: int = 0) -> SipPhone:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, ("127.0.0.1", port))
        self.port = self.transport.get_extra_info("sockname")[1]
        sound, _ = await loop.create_datagram_endpoint(lambda: self.sound, ("127.0.0.1", 0))
        self.rtp_port = sound.get_extra_info("sockname")[1]
        return self

    async def close(self) -> None:
        if self._beating:
            self._beating.cancel()
        self.transport.close()
        if self.sound.transport:
            self.sound.transport.close()

    def speak(self, hz: int) -> None:
        self.sound.loop_of_tone, self.sound.at = tone(hz), 0

    async def listen(self, seconds: float) -> npt.NDArray[np.float64]:
        begun = len(self.sound.heard)
        await asyncio.sleep(seconds)
        return TO_LINEAR[np.frombuffer(bytes(self.sound.heard[begun:]), np.uint8)]

    def keys_heard(self) -> str:
        return self.sound.keys

    async def press(self, digits: str) -> None:
        await self.sound.press(digits)

    # -- messages ----------------------------------------------------------------------------------------------------
    def _head(
        self, method: str, to: str, call_id: str, number: int, tag: str, extra: str = "", target: str = ""
    ) -> str:
        uri = _uri(target or to)
        return (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{random.randrange(1 << 48):x};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{self.name}@127.0.0.1>;tag={tag}\r\nTo: {to}\r\n"
            f"Call-ID: {call_id}\r\nCSeq: {number} {method}\r\n"
            f"Contact: <sip:{self.name}@127.0.0.1:{self.port}>\r\n{extra}"
        )

    def _send(self, text: str, body: str = "") -> None:
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.transport.sendto(f"{text}{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode(), self.exchange)

    def _sdp(self) -> str:
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.rtp_port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
        )

    async def _final(self, call_id: str, seconds: float = 30) -> str:
        queue = self.answers_of[call_id]
        async with asyncio.timeout(seconds):
            while True:
                text = await queue.get()
                if not text.startswith("SIP/2.0 1"):
                    return text

    def _authorization(self, challenge: str, method: str, uri: str) -> str:
        realm, nonce = (re.search(rf'{name}="([^"]*)"', challenge)[1] for name in ("realm", "nonce"))  # type: ignore[index]
        h = lambda text: hashlib.md5(text.encode()).hexdigest()  # noqa: E731
        inner = h(f"{self.name}:{realm}:{self.password}")
        response = h(f"{inner}:{nonce}:00000001:abcd:auth:{h(f'{method}:{uri}')}")
        return (
            f'Digest username="{self.name}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", '
            'algorithm=MD5, qop=auth, cnonce="abcd", nc=00000001'
        )

    async def register(self) -> str:
        """Register; returns the status line."""
        call_id, uri = f"r{random.randrange(1 << 48)}", f"sip:127.0.0.1:{self.exchange[1]}"
        self.answers_of[call_id] = asyncio.Queue()
        text, extra = "", "Expires: 300\r\n"
        for number in (1, 2):
            self._send(self._head("REGISTER", f"<sip:{self.name}@127.0.0.1>", call_id, number, "r", extra, uri))
            text = await self._final(call_id, 5)
            if not text.startswith("SIP/2.0 401"):
                break
            challenge = re.search(r"WWW-Authenticate: (.*)\r", text, re.I)
            assert challenge
            extra = f"Expires: 300\r\nAuthorization: {self._authorization(challenge[1], 'REGISTER', uri)}\r\n"
        return text.split("\r\n")[0]

    async def dial(self, number: str, extra: str = "", wait: bool = True) -> str:
        """Call a number of the exchange; returns the status line of its final answer."""
        call_id, tag = f"c{random.randrange(1 << 48)}@x", f"t{random.randrange(1 << 32):x}"
        self.answers_of[call_id] = asyncio.Queue()
        to = f"<sip:{number}@127.0.0.1:{self.exchange[1]}>"
        self.call = {"id": call_id, "mine": tag, "to": to, "target": to, "cseq": 1}
        self._send(self._head("INVITE", to, call_id, 1, tag, extra), self._sdp())
        return await self._answered(call_id, tag) if wait else ""

    async def _answered(self, call_id: str, tag: str) -> str:
        text = await self._final(call_id)
        to = re.search(r"^To: (.*)\r", text, re.M | re.I)
        contact = re.search(r"^Contact: (.*)\r", text, re.M | re.I)
        self.call |= {"to": to[1] if to else self.call["to"]}
        route = re.findall(r"^Record-Route: (.*)\r", text, re.M | re.I)
        self.call["route"] = "".join(f"Route: {one}\r\n" for one in reversed(route))
        if text.startswith("SIP/2.0 200"):
            self.call["target"] = contact[1] if contact else self.call["target"]
            self._to_peer("ACK", 1)
            self._connect(text)
        return text.split("\r\n")[0]

    def _to_peer(self, method: str, number: int) -> None:
        call = self.call
        route = call.get("route", "")
        self._send(self._head(method, call["to"], call["id"], number, call["mine"], route, target=call["target"]))

    def _connect(self, text: str) -> None:
        body = text.partition("\r\n\r\n")[2]
        if found := re.search(r"m=audio (\d+)", body):
            host = re.search(r"c=IN IP4 ([\d.]+)", body)
            self.sound.peer = (host[1] if host else "127.0.0.1", int(found[1]))
            self.up.set()
            if self._beating is None:
                self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        next_at = time.monotonic()
        while True:
            self.sound.beat()
            next_at += 0.02
            await asyncio.sleep(max(0.0, next_at - time.monotonic()))

    async def hang_up(self) -> None:
        """BYE (RFC 3261 15)."""
        if self.up.is_set() and not self.ended.is_set():
            self._over()
            self.call["cseq"] += 1
            self.answers_of[self.call["id"]] = asyncio.Queue()
            for _ in range(6):  # UDP: again until it is answered (RFC 3261 17.1.2)
                self._to_peer("BYE", self.call["cseq"])
                with contextlib.suppress(TimeoutError):
                    self.said = await self._final(self.call["id"], 0.5)
                    return

    def _over(self) -> None:
        self.sound.peer = None
        self.ended.set()

    # -- what comes --------------------------------------------------------------------------------------------------
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode(errors="replace")
        call_id = re.search(r"^Call-ID:\s*(.*?)\r", text, re.M | re.I)
        if call_id is None:
            return
        if text.startswith("SIP/2.0"):
            if call_id[1] in self.answers_of and "CANCEL" not in (re.search(r"^CSeq:.*", text, re.M | re.I) or [""])[0]:
                self.answers_of[call_id[1]].put_nowait(text)
            return
        self.received.append(text.split(" ", 1)[0])
        getattr(self, f"_on_{text.split(' ', 1)[0].lower()}", self._on_other)(text)

    def _reply(self, text: str, status: str, body: str = "") -> None:
        rows = [line for line in text.split("\r\n") if re.match(r"(Via|From|Call-ID|CSeq|Record-Route):", line, re.I)]
        to = re.search(r"^To: (.*)\r", text, re.M | re.I)
        to_row = f"To: {to[1] if to else ''}" + ("" if to and "tag=" in to[1] else f";tag=p{self.port}")
        self._send("\r\n".join([f"SIP/2.0 {status}", *rows, to_row,
                                f"Contact: <sip:{self.name}@127.0.0.1:{self.port}>", ""]), body)  # fmt: skip

    def _on_invite(self, text: str) -> None:
        header = {name: re.search(rf"^{name}:\s*(.*)\r", text, re.M | re.I) for name in ("From", "Call-ID", "Contact")}
        if self.call.get("theirs") == header["Call-ID"][1]:  # type: ignore[index]
            self._reply(text, "200 OK", self._sdp())  # asked again within the call
            return
        self._reply(text, "180 Ringing")
        self.call = {"id": header["Call-ID"][1], "theirs": header["Call-ID"][1], "mine": f"p{self.port}",  # type: ignore[index]
                     "to": header["From"][1], "target": header["Contact"][1], "cseq": 100, "invite": text}  # type: ignore[index] # fmt: skip
        if self.answer_status != 200:
            self._reply(text, f"{self.answer_status} No")
        elif self.answers:
            self.pick_up()

    def pick_up(self) -> None:
        self._reply(self.call["invite"], "200 OK", self._sdp())
        self.ended.clear()
        self._connect(self.call["invite"])

    def _on_ack(self, text: str) -> None:
        pass

    def _on_bye(self, text: str) -> None:
        self._reply(text, "200 OK")
        self._over()

    def _on_cancel(self, text: str) -> None:
        self._reply(text, "200 OK")
        self._reply(self.call["invite"], "487 Request Terminated")
        self._over()

    def _on_other(self, text: str) -> None:
        self._reply(text, "200 OK")


def _uri(text: str) -> str:
    """The address in a header's value."""
    found = re.search(r"<([^>]+)>", text)
    return found[1] if found else text.split(";")[0].strip()


def level_of(sound: npt.NDArray[np.float64], hz: float) -> float:
    """Level of one frequency in dBFS."""
    if len(sound) < 400:
        return -120.0
    window = np.hanning(len(sound))
    turn = np.exp(-2j * math.pi * hz * np.arange(len(sound)) / RATE)
    return float(20 * np.log10(max(2 * abs(np.sum(sound * window * turn)) / np.sum(window), 1e-6)))
