"""The books: the journal, numbers, what is owed, and what must always be true of them."""
