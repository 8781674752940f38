"""Timers of devices that are offline at times: their events, what these come to, and decisions."""
