"""What was done at the gateway without us: refunds, disputes and changes of cards (rule 50)."""
