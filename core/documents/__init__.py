"""PDFs: made in one place, kept by their hash, sealed last."""
