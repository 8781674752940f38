"""Promises of the portal room."""
