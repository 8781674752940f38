"""Pages about time, one module per subject."""
