"""Puts the contents of a report into sentences, with a grammar of its own for each language."""
