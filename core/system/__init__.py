"""The health of the installation, and its administrators."""
