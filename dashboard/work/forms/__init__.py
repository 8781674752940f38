"""Forms about deliverables and requests, one module per subject."""
