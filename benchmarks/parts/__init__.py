"""What the benchmarks are made of: databases, rows to begin with, floors, a slow bank, processes to measure in."""
