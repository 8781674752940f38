"""Pages about the business: profile, payments and tax, API keys, exports."""
