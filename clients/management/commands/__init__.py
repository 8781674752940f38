"""Management commands of clients."""
