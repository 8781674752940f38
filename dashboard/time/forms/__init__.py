"""Forms about time, one module per subject."""
