"""Promises of the exports room."""
