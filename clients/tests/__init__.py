"""Promises of the clients room."""
