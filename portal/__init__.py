"""The client's front door: views only, no models and no rules."""
