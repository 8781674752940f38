"""The rules about prospects. Pure: no Django, no clock."""
