"""The peer of `bench.voice`: calls of two through stock aiortc, its own tracks, decoded and encoded again.

Not a bench by itself, and on purpose without anything of Rexian: it runs with whatever interpreter has aiortc.
`serve` answers offers on standard input, line by line; `load` makes calls, sends raw G.711 and prints the outcome.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from typing import Any

import aioice.ice
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Nothing(MediaStreamTrack):
    """A track that never gives anything."""

    kind = "audio"

    async def recv(self) -> Any:
        await asyncio.Event().wait()


class Later(MediaStreamTrack):
    """The other leg's track, which may come later than ours is asked for."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.source: asyncio.Future[MediaStreamTrack] = asyncio.get_running_loop().create_future()

    async def recv(self) -> Any:
        return await (await self.source).recv()


def connection() -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


class Server:
    def __init__(self) -> None:
        self.waiting: dict[int, tuple[MediaStreamTrack, Later]] = {}
        self.kept: list[RTCPeerConnection] = []

    async def answer(self, call: int, sdp: str) -> str:
        pc, outgoing, incoming = connection(), Later(), asyncio.get_running_loop().create_future()
        self.kept.append(pc)
        pc.on("track", incoming.set_result)
        await pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        pc.addTrack(outgoing)
        track = await incoming
        if call in self.waiting:
            outgoing.source.set_result(self.waiting[call][0])
            self.waiting.pop(call)[1].source.set_result(track)
        else:
            self.waiting[call] = (track, outgoing)
        await pc.setLocalDescription(await pc.createAnswer())
        return str(pc.localDescription.sdp)


async def serve() -> None:
    server, loop = Server(), asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        told = json.loads(line)
        out = {"cpu": time.process_time()}
        if "sdp" in told:
            out = {"sdp": await server.answer(told["call"], told["sdp"])}
        print(json.dumps(out), flush=True)


class Caller:
    def __init__(self) -> None:
        self.pc = connection()
        self.pc.addTrack(Nothing())
        (self.transceiver,) = self.pc.getTransceivers()
        pcmu = [one for one in RTCRtpSender.getCapabilities("audio").codecs if one.mimeType == "audio/PCMU"]
        self.transceiver.setCodecPreferences(pcmu)
        self.number = self.received = 0

    async def call(self, ask: Any, number: int) -> None:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await ask({"call": number, "sdp": self.pc.localDescription.sdp})
        self.transport = self.transceiver.sender.transport

        async def count(data: bytes, arrival_time_ms: int) -> None:
            self.received += 1

        self.transport._handle_rtp_data = count
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        while self.pc.connectionState != "connected":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        pair = self.transport.transport._connection._nominated[1]
        self.socket, self.address = pair.protocol.transport, pair.remote_addr

    def send(self, payload: bytes) -> None:
        self.number += 1
        ssrc = self.transceiver.sender._ssrc
        head = struct.pack("!BBHII", 0x80, 0, self.number & 0xFFFF, self.number * 160 & 0xFFFFFFFF, ssrc)
        self.socket.sendto(self.transport._tx_srtp.protect(head + payload), self.address)


async def load(calls: int, seconds: float) -> None:
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "serve", stdin=pipe, stdout=pipe, limit=1 << 20
    )

    async def ask(what: dict[str, Any]) -> dict[str, Any]:
        server.stdin.write(json.dumps(what).encode() + b"\n")  # type: ignore[union-attr]
        return json.loads(await server.stdout.readline())  # type: ignore[union-attr,no-any-return]

    callers = [Caller() for _ in range(2 * calls)]
    for number, caller in enumerate(callers):
        await caller.call(ask, number // 2)
    payload = bytes((128 + (at * 3 & 63)) & 255 for at in range(160))
    await beats(callers, payload, 1.5)
    before, began, had = (await ask({}))["cpu"], time.monotonic(), sum(one.received for one in callers)
    await beats(callers, payload, seconds)
    took, cpu = time.monotonic() - began, (await ask({}))["cpu"] - before
    came = sum(one.received for one in callers) - had
    print(json.dumps({"percent": 100 * cpu / took / calls, "delivered": came / (took * 50 * len(callers))}), flush=True)
    server.kill()


async def beats(callers: list[Caller], payload: bytes, seconds: float) -> None:
    due = time.monotonic()
    end = due + seconds
    while due < end:
        for caller in callers:
            caller.send(payload)
        due += 0.02
        await asyncio.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    asyncio.run(serve() if sys.argv[1] == "serve" else load(int(sys.argv[2]), float(sys.argv[3])))
