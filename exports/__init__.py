"""What can be taken along: histories, archives and tables."""
