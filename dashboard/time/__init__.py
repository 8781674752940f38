"""Pages about time: entries, week, timer, imports, and included hours."""
