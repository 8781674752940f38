"""Tests of the client portal."""
