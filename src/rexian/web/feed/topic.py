"""One topic: its view, its sequence, the frames that it sent lately, and the sockets that follow it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Protocol

from rexian.kit.sockets import text_frame
from rexian.web.feed import wire

RING_FRAMES = 512
RING_BYTES = 1_000_000


class Follower(Protocol):
    """A socket as a topic knows it."""

    def write(self, frame: bytes) -> bool: ...


class Topic:
    """`seq` is that of the last frame: whoever has the view as of `seq` and takes every later frame is up to date.

    Each frame is encoded and framed once and the same bytes go to all followers.
    """

    def __init__(self, name: str, epoch: int, seq: int, view: wire.View) -> None:
        self.name = name
        self.epoch = epoch
        self.seq = seq
        self.view = view
        self.followers: set[Follower] = set()
        self.idle_since: int | None = None  # ms; nobody follows it since then
        self._ring: deque[tuple[int, bytes]] = deque()
        self._ring_bytes = 0
        self._dropped_from = -1  # the ring holds every frame that starts after this seq
        self._snap: bytes | None = None

    def amend(self, seq: int, changes: Iterable[wire.Change]) -> bool:
        """Change the view and send the delta. False: nothing changed (and the sequence stays)."""
        ops = wire.amend(self.view, changes)
        if not ops:
            return False
        frame = text_frame(wire.delta(self.name, self.seq, seq, ops))
        self._remember(self.seq, frame)
        self.seq = seq
        self._snap = None
        for follower in list(self.followers):
            if not follower.write(frame):
                self.followers.discard(follower)
        return True

    def replace(self, epoch: int, seq: int, view: wire.View) -> None:
        """Everything anew (the floor was loaded again): all followers get a snapshot."""
        self.epoch, self.seq, self.view = epoch, seq, view
        self._ring.clear()
        self._ring_bytes = 0
        self._dropped_from = -1
        self._snap = None
        for follower in list(self.followers):
            if not follower.write(self.snapshot()):
                self.followers.discard(follower)

    def snapshot(self) -> bytes:
        """The view as a frame, made at most once between two changes."""
        if self._snap is None:
            self._snap = text_frame(wire.snap(self.name, self.epoch, self.seq, self.view))
        return self._snap

    def follow(self, follower: Follower, seq: int | None, epoch: int | None) -> None:
        """Add a follower: give it what came since `seq` when the ring still has all of that, else a snapshot.

        Whoever missed nothing gets an empty delta, to know that the view is current.
        """
        self.idle_since = None
        missed = self._since(seq) if epoch == self.epoch and seq is not None else None
        if missed == []:
            missed = [text_frame(wire.delta(self.name, self.seq, self.seq, []))]
        for frame in [self.snapshot()] if missed is None else missed:
            if not follower.write(frame):
                return
        self.followers.add(follower)

    def _since(self, seq: int) -> list[bytes] | None:
        """The frames after `seq`; None when the ring doesn't know all of them.

        Frames with an equal seq on both sides (a name that came late) may be sent twice: they only set values.
        """
        if seq <= self._dropped_from or (seq != self.seq and all(from_seq != seq for from_seq, _ in self._ring)):
            return None
        return [frame for from_seq, frame in self._ring if from_seq >= seq]

    def _remember(self, from_seq: int, frame: bytes) -> None:
        self._ring.append((from_seq, frame))
        self._ring_bytes += len(frame)
        while len(self._ring) > RING_FRAMES or self._ring_bytes > RING_BYTES:
            self._dropped_from, dropped = self._ring.popleft()
            self._ring_bytes -= len(dropped)
