"""How rows are stored: ids, triggers against changes, state changes, encrypted columns."""
