"""Running agreements: their periods, the terms in force on a day, and upgrades that apply now."""
