"""Exports of a business: histories of agreements, archives of documents, and tables of data."""
