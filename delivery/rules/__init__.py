"""The rules of delivery: allowances, pace, progress, promised times. Pure: no Django, no clock."""
