"""End-to-end tests of whole journeys, in a real browser."""
