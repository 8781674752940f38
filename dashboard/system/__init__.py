"""Pages about the installation: sign-in links, the email log and the system status."""
