"""Pages of the first evening: you, your business, your work, your first client."""
