"""How good a call sounds, as a number: the E-model (ITU-T G.107) for G.711 with concealment."""

from __future__ import annotations

_R0 = 93.2  # all defaults of G.107
_ROBUSTNESS = 25.1  # Bpl of G.711 with concealment, ITU-T G.113 appendix I


def mos(loss: float, delay_ms: float) -> float:
    """Mean opinion score, 1…4.4. `loss` 0…1, random; `delay_ms` from mouth to ear."""
    percent = 100 * min(1.0, max(0.0, loss))
    from_loss = 95 * percent / (percent + _ROBUSTNESS)
    from_delay = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    r = _R0 - from_loss - from_delay
    if r <= 0:
        return 1.0
    return max(1.0, min(4.5, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6))
