"""The overview, what needs attention, and the search."""
