"""The feed: what staff see, pushed as it happens."""
