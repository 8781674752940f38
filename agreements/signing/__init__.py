"""Signatures: who signs, the act of signing, the evidence, and the sealed PDF."""
