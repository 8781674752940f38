"""How a running agreement changes: amended, paused, renewed, ended, or decided after a trial."""
