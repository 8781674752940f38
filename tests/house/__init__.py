"""Tests of the project's own rules for code and documentation."""
