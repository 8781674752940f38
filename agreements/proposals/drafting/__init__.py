"""The rules that a draft keeps before it can be sent."""
