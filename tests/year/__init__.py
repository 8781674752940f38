"""A year of seven clients, lived through the product's own pages, and its table made by hand."""
