"""Commands by hand: the same verbs the jobs call."""
