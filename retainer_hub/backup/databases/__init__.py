"""The two databases: copying, dumping, moving rows from one to the other, and comparing."""
