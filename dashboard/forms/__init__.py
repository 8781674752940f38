"""What the freelancer types, one file per subject."""
