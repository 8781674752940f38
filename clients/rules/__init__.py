"""The rules of the sales process. Pure: without Django and without the clock."""
