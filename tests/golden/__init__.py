"""Golden files: every email and every document that the product can make, kept as text, so that wording is reviewed as
a diff. `pytest tests/golden` compares, `pytest tests/golden --accept` rewrites (see test_golden.py)."""
