"""Customers, the identities that find them, and merging two records of one person."""
