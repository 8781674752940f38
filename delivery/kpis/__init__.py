"""The figures that a client wants to move: their readings, and how they stand against targets."""
