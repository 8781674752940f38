"""Tables as text files and for spreadsheets."""
