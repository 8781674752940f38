"""What the tags of components.py are made of; it registers them."""
