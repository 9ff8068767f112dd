"""Web chat: a widget on any page, a socket, files."""
