"""What others may use of the tenants' keys."""

from rexian.directory.keys.service import KeyRing, Wrapped

__all__ = ["KeyRing", "Wrapped"]
