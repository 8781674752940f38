"""The rules of agreements: calendar, prices, states. Pure: no Django, no clock."""
