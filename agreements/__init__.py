"""Proposals, agreements, amendments, signatures and periods."""
