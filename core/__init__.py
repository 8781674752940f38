"""What every other room builds on: tenants, money, dates, PDFs, emails, links and the audit trail."""
