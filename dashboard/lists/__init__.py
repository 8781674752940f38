"""What all lists of the dashboard have: columns that sort, saved views, and the way back."""
