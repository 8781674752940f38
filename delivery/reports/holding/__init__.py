"""Holds the reports of off months until their owner has seen them (rule 66)."""
