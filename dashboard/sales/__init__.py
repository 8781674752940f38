"""Pages about winning clients: pipeline, fit, calls, objections, testimonials."""
