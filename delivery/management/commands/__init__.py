"""Commands that run delivery's jobs by hand, with the code that the jobs run."""
