"""Facts about countries, for guesses: names, time zones, currencies and usual taxes."""
