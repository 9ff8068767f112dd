"""Chat sites: where a tenant's widget stands and what it offers."""
