"""Pages about invoices and payments, one module per subject."""
