"""The text of an agreement: clauses, variables, templates, and the terms frozen into it."""
