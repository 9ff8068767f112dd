"""What others may use of the figures: the metrics as pure functions of counts, and the counts since an instant."""

from rexian.work.figures.metrics import (
    Counts,
    Level,
    aht_ms,
    asa_ms,
    csat,
    level,
    rules,
    service_level,
    total,
)
from rexian.work.figures.service import sums

__all__ = ["Counts", "Level", "aht_ms", "asa_ms", "csat", "level", "rules", "service_level", "sums", "total"]
