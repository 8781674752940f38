"""Retainer Hub from an empty machine on: installed, started and used as docs/install.md says."""
