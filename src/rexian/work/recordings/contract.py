"""What others may use of the recordings."""

from rexian.work.recordings.book import Book, Ended, Order
from rexian.work.recordings.model import Rule

__all__ = ["Book", "Ended", "Order", "Rule"]
