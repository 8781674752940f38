"""The pages of the portal, one file per step of the way."""
