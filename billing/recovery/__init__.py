"""What is done when the database went back: compare with the gateways, then go on (rule 46)."""
