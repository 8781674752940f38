"""Pages about reports, quarterly reviews, early warnings and KPIs."""
