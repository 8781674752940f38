"""Changes of a running agreement: amendments, pauses, renewals, notice, and decisions on trials."""
