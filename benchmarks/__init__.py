"""What bin/bench runs: one file per benchmark, each of them a program of its own."""
