"""The billing job: one run, its preview, agreements on hold, and the daily audit."""
