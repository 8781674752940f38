"""Management commands of billing. They call the same functions as the scheduled jobs."""
