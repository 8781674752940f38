"""Requests by clients: whether they fit, the messages about them, and the promised first answer."""
