"""Emails: stored together with the event that they report, and sent after the commit."""
