"""What dashboard, portal and API share: list pages, downloads, rate limits, keys, admin site."""
