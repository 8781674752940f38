"""Pages about deliverables and clients' requests."""
