"""What the client's page of a proposal says around the tiers, composed from the proposal."""
