"""The forms, one module per subject."""
