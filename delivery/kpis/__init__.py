"""The figures a client wants to move: readings from every door, and where each stands."""
