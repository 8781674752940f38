"""Forms about invoices and payments, one module per subject."""
