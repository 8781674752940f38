"""Brings hours along from other time trackers: their exports are read, tried, and taken over whole."""
