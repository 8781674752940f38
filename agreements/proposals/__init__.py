"""Proposals: composed, sent, followed up, accepted or declined by the client."""
