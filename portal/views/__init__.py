"""Pages of the client portal, one module per subject."""
