"""What every other room builds on: tenants, money, dates, PDFs, emails, links, audit trail."""
