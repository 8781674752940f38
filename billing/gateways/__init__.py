"""Payment gateways: their interface, their registry, and one folder for each."""
