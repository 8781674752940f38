"""Keeps an installation quiet while its database is older than what was done, or is a copy."""
