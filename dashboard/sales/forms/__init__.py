"""Sales forms, one module per subject."""
