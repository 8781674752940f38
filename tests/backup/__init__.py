"""Backup, restore, the drill and the move to PostgreSQL, by real commands in real folders."""
