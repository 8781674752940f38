"""Signing agreements and amendments: the signers, the signatures, the evidence, the sealed PDF."""
