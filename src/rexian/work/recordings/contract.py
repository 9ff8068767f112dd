"""What others may use of the recordings."""

from rexian.work.recordings.book import Book, Ended, Message, Order
from rexian.work.recordings.model import Consent, Rule
from rexian.work.recordings.service import erased_among
from rexian.work.recordings.sound import Sound, open_sound

__all__ = ["Book", "Consent", "Ended", "Message", "Order", "Rule", "Sound", "erased_among", "open_sound"]
