"""Pages about invoices, payments, bank statements and billing runs."""
