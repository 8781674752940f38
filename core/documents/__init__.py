"""Documents that people receive: PDFs are rendered, sealed, stored and verified here."""
