"""What the processes of the installation (web server, worker, beat) run on."""
