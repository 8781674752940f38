"""bin/test papers: veraPDF, the reference validator, checks every kind of document."""
