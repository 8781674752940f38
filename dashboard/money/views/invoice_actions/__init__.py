"""What an owner does with an invoice, one file per kind of action."""
