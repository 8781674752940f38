"""Backup, restore, the drill, and the move from SQLite to PostgreSQL (docs/backup.md)."""
