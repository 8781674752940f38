"""What was done for the fee: hours, deliverables, KPIs, reports."""
