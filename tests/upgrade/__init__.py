"""A kept database of each release is brought up to this version: bin/test upgrade (docs/upgrading.md)."""
