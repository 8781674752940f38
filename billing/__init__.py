"""What is owed and paid: invoices, charges, payments."""
