"""Golden files: every email and document that the product can make, as text that is reviewed.

`pytest tests/golden` compares, `pytest tests/golden --accept` rewrites (see test_golden.py).
"""
