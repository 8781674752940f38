"""Corrects what a sent report said, without changing it (rule 38)."""
