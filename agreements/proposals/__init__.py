"""Proposals: writing and sending them, following up, and what the client answers."""
