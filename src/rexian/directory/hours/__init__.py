"""Business hours: when somebody answers, in the tenant's own time zone."""
