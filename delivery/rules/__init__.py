"""Calculations and state tables of delivery. Pure: no Django, no clock."""
