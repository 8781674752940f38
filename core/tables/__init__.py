"""Reads tables from text files (CSV), and writes them for spreadsheets."""
