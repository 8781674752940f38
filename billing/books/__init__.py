"""The books: the journal, document numbers, amounts owed, and the invariants that must hold."""
