"""Promises of the delivery room."""
