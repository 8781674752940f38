"""What lets others watch the installation: health, metrics, and the log."""
