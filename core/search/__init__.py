"""Finds rows of a business by a part of their words, by a word with a slip, or by a sum."""
