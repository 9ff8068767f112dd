"""Tenants' keys: what seals a company's recordings, and nobody else's."""
