"""Parts of the benchmarks: databases, seed rows, floors, a slow bank, processes to measure in."""
