"""The server as the app sees it."""
