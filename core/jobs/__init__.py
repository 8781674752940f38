"""How jobs work: their steps do not depend on each other, and a bad row is set aside alone."""
