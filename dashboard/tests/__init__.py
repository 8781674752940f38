"""Promises of the dashboard room."""
