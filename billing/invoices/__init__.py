"""Contents of invoices and credit notes."""
