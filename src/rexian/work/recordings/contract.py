"""What others may use of the recordings."""

from rexian.work.recordings.book import Book, Ended, Order
from rexian.work.recordings.model import Consent, Rule

__all__ = ["Book", "Consent", "Ended", "Order", "Rule"]
