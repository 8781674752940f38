"""What was promised: proposals, agreements, signatures, periods."""
