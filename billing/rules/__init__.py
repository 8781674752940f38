"""The rules of money: states, taxes, retries. Pure: no Django, no clock."""
