"""Payment by bank transfer: what the client is shown, and matching the money on a bank statement."""
