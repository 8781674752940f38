"""Promises of the core room."""
