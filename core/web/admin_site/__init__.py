"""The admin site: bounded lists, readable columns, actions with a reason (rules 17, 91 and 92)."""
