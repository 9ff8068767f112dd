"""What a tenant keeps in versions: a draft, one version in force, those that were. Routing policies and receptions."""
