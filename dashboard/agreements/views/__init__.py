"""Pages about agreements, amendments and templates, one module per subject."""
