"""The demo: half a year of a social-media manager's retainers, lived through the real verbs with a clock."""
