"""Which tenants a floor serves, and how the directory reaches the routing engine."""
