"""What contradicts itself in one of the books; billing.books.invariants asks all of it."""
