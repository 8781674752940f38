"""The people of a client who may open the portal, and the language that each reads."""
