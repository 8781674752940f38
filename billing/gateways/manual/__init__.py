"""Collecting by bank transfer (rule 20): what a client scans, and finding the money on a bank statement."""
