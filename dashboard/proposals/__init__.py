"""Pages about proposals, packages and capacity."""
