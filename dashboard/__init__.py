"""The freelancer's side of the product: URLs, views and forms. The rules live in lower rooms."""
