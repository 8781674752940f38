"""Payment by bank transfer: payment details for the client, bank statements, and matching."""
