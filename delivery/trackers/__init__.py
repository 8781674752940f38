"""Imports hours from other time trackers: reads exports, previews them, and writes the entries."""
