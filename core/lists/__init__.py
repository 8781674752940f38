"""Lists: the order of names and of columns, and the views that a person keeps."""
