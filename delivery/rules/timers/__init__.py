"""What devices recorded about their timers, merged. Pure."""
