"""Pages of the overview: what needs attention, income, retainers, upcoming charges; and the search."""
