"""The companies that charge cards, behind one small interface."""
