"""Pages of the settings, one module per subject."""
