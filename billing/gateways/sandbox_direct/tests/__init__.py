"""Tests of the direct sandbox, and of charging at a direct gateway."""
