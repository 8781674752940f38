"""Promises of the api room."""
