"""Pages about time: entries, the week, the timer, imports, and included hours."""
