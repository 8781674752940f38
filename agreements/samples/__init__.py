"""Sample clients: loaded to try things with, and removed without a trace (rule 59)."""
