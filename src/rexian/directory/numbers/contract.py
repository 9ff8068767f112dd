"""What others may use of the telephone numbers."""

from rexian.directory.numbers.service import number_of

__all__ = ["number_of"]
