"""Pages about invoices, payments and billing runs."""
