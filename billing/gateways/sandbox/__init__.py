"""A simulated card processor, for the demo and for tests; it never moves real money."""
