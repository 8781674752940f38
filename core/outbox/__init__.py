"""Emails: written with the fact they tell, sent after it."""
