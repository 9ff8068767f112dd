"""How callers are received: the flow as data, its versions, and the tenants' own prompt files."""
