"""The demo: half a year of a social media manager's work, created by the real functions."""
