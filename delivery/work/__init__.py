"""Deliverables: the checklist of each period, handovers, and what is carried over or waived."""
