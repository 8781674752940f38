"""Journeys: people and a real browser."""
