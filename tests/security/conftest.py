"""The same small city as the directory's tests."""

from tests.directory.conftest import city, quarter

__all__ = ["city", "quarter"]
