"""A simulated card processor that charges in one call, for the demo and for tests."""
