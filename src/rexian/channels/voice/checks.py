"""Echo tests: a page hears itself for a while, to see that microphone, loudspeaker and network work."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable

from rexian.channels.visiting.protocol import Pace, Refusal
from rexian.channels.voice.asking import Asking
from rexian.channels.voice.port import BadMedia, Busy, Down, Failed, Gone, Tone, Unsupported, VoiceEngine
from rexian.channels.voice.settings import VoiceLimits
from rexian.kit.clock import Clock

_DELAY = 40  # frames of 20 ms: what one says comes back after a moment, so that one tells it from oneself
_MOST_ADDRESSES = 10_000


class EchoTests:
    """Each is one leg that belongs to no call; it goes by itself."""

    def __init__(self, voice: VoiceEngine, clock: Clock, asking: Asking, limits: Callable[[], VoiceLimits]) -> None:
        self._voice = voice
        self._clock = clock
        self._asking = asking
        self._limits = limits
        self._paces: dict[str, Pace] = {}

    async def begin(self, check_id: str, sdp: str, who: str) -> str:
        """The answer to a page's offer. `who`: address or person, for the limit. Raises `Refusal`."""
        limits = self._limits()
        if len(self._paces) > _MOST_ADDRESSES:
            self._paces.clear()
        pace = self._paces.setdefault(who, Pace(limits.checks, limits.checks_window_ms))
        if not pace.take(self._clock.now_ms()):
            raise Refusal("slow_down", check_id)
        leg_id = f"check:{check_id}"
        answer = await connect(self._voice, leg_id, sdp, ask_id=check_id)
        self._asking.spawn(self._echo(leg_id, limits.check_ms / 1000))
        return answer

    async def _echo(self, leg_id: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._send_back(leg_id)
                await asyncio.sleep(seconds)
        except (TimeoutError, Failed, Gone, Down, Unsupported):
            pass
        try:
            await self._voice.hang_up(leg_id)
        except Down:
            return

    async def _send_back(self, leg_id: str) -> None:
        await asyncio.sleep(0.3)  # the line comes up first
        await self._voice.play(leg_id, f"{leg_id}.beep", Tone("beep"))
        late: deque[bytes] = deque()
        ids = itertools.count(1)
        async for frame in await self._voice.tap(f"{leg_id}.echo", leg_id, "in"):
            late.append(frame)
            if len(late) > _DELAY:
                await self._voice.inject(leg_id, f"{leg_id}.{next(ids)}", late.popleft())


async def connect(
    voice: VoiceEngine, leg_id: str, sdp: str, *, ask_id: str, side: str = "customer", tag: str = ""
) -> str:
    """Answer a page's offer; what hinders it becomes a refusal in words."""
    try:
        return await voice.connect(leg_id, sdp, side=side, tag=tag)  # type: ignore[arg-type]
    except BadMedia as bad:
        raise Refusal("bad_media", ask_id, why=bad.code) from None
    except Busy:
        raise Refusal("all_busy", ask_id, alternatives=["call_back"]) from None
    except Unsupported:
        raise Refusal("not_here", ask_id) from None
    except (Down, Gone):
        raise Refusal("voice_down", ask_id, alternatives=["call_back"]) from None
