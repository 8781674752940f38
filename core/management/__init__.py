"""Commands by hand: the same verbs the doors call."""
