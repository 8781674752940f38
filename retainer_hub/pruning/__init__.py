"""Deletes what nobody needs any more, by written rules (docs/data-protection.md)."""
