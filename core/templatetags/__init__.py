"""Template tags and filters: `rh` for every template, `paper` for documents."""
