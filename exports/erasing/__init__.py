"""A person's or a client's data on request: as files, or erased but for what law demands."""
