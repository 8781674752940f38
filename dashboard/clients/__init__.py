"""Pages about clients and their contacts."""
