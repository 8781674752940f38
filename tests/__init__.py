"""What crosses rooms."""
