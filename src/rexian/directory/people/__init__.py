"""People, their roles, teams and skills."""
