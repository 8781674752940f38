"""The people at a client: who opens the portal, and who gets emails about money in copy."""
