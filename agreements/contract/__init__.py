"""The text of agreements: clauses, variables, templates, and the terms that are frozen into it."""
