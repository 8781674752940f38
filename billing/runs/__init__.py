"""The billing job: its runs, a preview, agreements on hold, and the daily audit."""
