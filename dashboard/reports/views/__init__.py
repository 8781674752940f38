"""Pages about reports and KPIs, one module per subject."""
