"""The freelancer's desk: views only, no models and no rules."""
