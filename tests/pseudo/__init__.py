"""The product in a language of the tests alone, which shows what no translator can reach."""
