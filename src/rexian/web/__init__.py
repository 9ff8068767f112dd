"""The ASGI side of the house: API, feed, static files."""
