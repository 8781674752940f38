"""Pages of the overview (to-dos, income, retainers, upcoming charges) and the search."""
