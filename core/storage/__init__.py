"""Where files are kept: in a folder, or in an object store that several machines share."""
