"""The kinds of to-dos: one module for each, with what is shown of it and what can be done."""
