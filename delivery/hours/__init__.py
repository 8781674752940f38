"""Hours: logged or timed, counted against the allowance, and billed beyond it."""
