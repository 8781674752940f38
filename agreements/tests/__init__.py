"""Promises of the agreements room."""
