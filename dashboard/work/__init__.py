"""Pages about deliverables and requests."""
