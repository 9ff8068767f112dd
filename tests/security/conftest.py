"""The same small city as the directory's tests."""

from tests.directory.conftest import calm, city, quarter

__all__ = ["calm", "city", "quarter"]
