"""Pages about proposals, packages and capacity, one module per subject."""
