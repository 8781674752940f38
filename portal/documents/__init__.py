"""All documents of a client in one list."""
