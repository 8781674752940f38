"""What lives of the simulation of money are made of: its people, its days and its judge."""
