"""How rows are kept: their ids, what freezes them, how their state changes, and how secrets are encrypted."""
