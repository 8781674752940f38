"""Rules of billing: states, taxes, retries, errors. Pure: no Django, no clock."""
