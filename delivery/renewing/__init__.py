"""Whether a client stays: early warnings, renewal risk and the quarterly review."""
