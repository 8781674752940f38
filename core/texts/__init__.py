"""Texts that people write, with {{names}} in them. Pure."""
