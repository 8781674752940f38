"""Promises of the billing room."""
