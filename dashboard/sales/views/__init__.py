"""Sales pages, one module per subject."""
