"""Pages of the to-do list: what needs a person, done where it is listed."""
