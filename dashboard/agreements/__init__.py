"""Pages about agreements: signing, changing, pausing, ending, and their text."""
