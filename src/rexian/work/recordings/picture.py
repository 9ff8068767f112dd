"""The picture of a recording: loudness over time per track, and where both are silent or speak at once. Pure numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rexian.kit import g711
from rexian.work.recordings.model import Picture, Span
from rexian.work.recordings.wav import Layout

WINDOW_MS = 100
MOST_BUCKETS = 4_000
SILENT = 330  # root mean square of a window, of 32,767: -40 dB
SHORTEST_SILENCE_MS = 2_000
SHORTEST_OVERLAP_MS = 300


class Drawing:
    """Takes the sound piece by piece, so that an hour needs no more memory than its windows."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._window = layout.rate * WINDOW_MS // 1_000 * layout.frame
        self._rest = b""
        self._peaks: list[NDArray[np.int32]] = []
        self._loud: list[NDArray[np.bool_]] = []

    def add(self, sound: bytes) -> None:
        """The next bytes of the sound, however they are cut: G.711 mu-law (ITU-T G.711) or 16-bit little-endian PCM."""
        data = self._rest + sound
        whole = len(data) // self._window * self._window
        self._rest = data[whole:]
        if whole:
            self._measure(data[:whole])

    def done(self) -> Picture:
        """The whole picture; the last window may be shorter."""
        frame = self._layout.frame
        if rest := self._rest[: len(self._rest) // frame * frame]:
            filling = (b"\xff" if self._layout.law == 7 else b"\0") * (self._window - len(rest))
            self._measure(rest + filling)
        if not self._peaks:
            return Picture(bucket_ms=WINDOW_MS, customer=[], agent=[], silences=[], overlaps=[])
        peaks, loud = np.concatenate(self._peaks), np.concatenate(self._loud)
        per = -(-len(peaks) // MOST_BUCKETS)
        tracks = _buckets(peaks, per)
        if self._layout.channels == 1:  # the customer's alone
            tracks = np.stack([tracks[:, 0], np.zeros(len(tracks), np.int32)], axis=1)
        return Picture(
            bucket_ms=WINDOW_MS * per,
            customer=tracks[:, 0].tolist(),
            agent=tracks[:, -1].tolist(),
            silences=_spans(np.logical_not(np.any(loud, axis=1)), SHORTEST_SILENCE_MS),
            overlaps=_spans(np.all(loud, axis=1), SHORTEST_OVERLAP_MS) if self._layout.channels > 1 else [],
        )

    def _measure(self, data: bytes) -> None:
        samples = _linear(data, self._layout.law).reshape(-1, self._window // self._layout.frame, self._layout.channels)
        self._peaks.append(np.abs(samples).max(axis=1))
        self._loud.append(np.sqrt((samples.astype(np.float64) ** 2).mean(axis=1)) > SILENT)


def _linear(data: bytes, law: int) -> NDArray[np.int32]:
    if law == 7:
        return np.asarray(g711.decode(data), np.int32)
    return np.asarray(np.frombuffer(data, "<i2"), np.int32)


def _buckets(peaks: NDArray[np.int32], per: int) -> NDArray[np.int32]:
    """The loudest of each `per` windows, 0…255."""
    short = -len(peaks) % per
    padded = np.pad(peaks, ((0, short), (0, 0)))
    loudest = padded.reshape(-1, per, peaks.shape[1]).max(axis=1)
    return np.asarray(np.minimum(255, loudest * 255 // 32_124), np.int32)


def _spans(holds: NDArray[np.bool_], shortest_ms: int) -> list[Span]:
    """Where it holds for at least so long."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], holds, [False])).astype(np.int8)))
    spans = (edges.reshape(-1, 2) * WINDOW_MS).tolist()
    return [Span(begin, end) for begin, end in spans if end - begin >= shortest_ms]
