"""The health of the installation, and the people who look after it."""
