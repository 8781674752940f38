"""What clients ask for: whether it fits, what was said about it, and the first answer that was promised."""
