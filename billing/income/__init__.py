"""Income: guaranteed each month, expected by how certain it is, and how it moved."""
