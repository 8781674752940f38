"""The door for programs: readings in, KPIs out, JSON only."""
