"""The product in a language of the tests alone, which shows every word that no translator can reach."""
