"""One tenant's trouble is nobody else's: every job meets every kind of poison."""
