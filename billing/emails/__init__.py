"""Emails and PDFs about invoices and payments."""
