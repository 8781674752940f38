"""What the pages of every door share: lists by page, downloads, limits, accounts, the admin site."""
