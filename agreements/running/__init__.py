"""What applies while an agreement runs: its periods, and its terms on any day."""
