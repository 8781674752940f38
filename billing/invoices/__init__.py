"""What stands on invoices and credit notes."""
