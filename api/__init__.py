"""The API for the freelancer's own programs: readings in, KPIs out, as JSON."""
