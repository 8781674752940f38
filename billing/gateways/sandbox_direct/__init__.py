"""A pretended card processor that charges in one call, for the demo and for tests; it never moves real money."""
