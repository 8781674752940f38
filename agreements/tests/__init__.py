"""Tests of proposals, agreements and signing: each test name is a promise of the product."""
