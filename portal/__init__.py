"""The client's side of the product: URLs, views and forms. Models and rules live in lower rooms."""
