"""Clients and prospects: their contacts, their place in the sales pipeline, and portal links."""
