"""Billing: invoices, charges, payments, refunds and the books."""
