"""Contact events to other systems: signed, retried, in order of their making, and never into our own network."""
