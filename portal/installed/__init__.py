"""The portal on a home screen: its manifest and its icons."""
