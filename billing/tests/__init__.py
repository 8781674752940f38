"""What billing promises."""
