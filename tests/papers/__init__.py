"""bin/test papers: what veraPDF, the reference validator, says of every kind of paper."""
