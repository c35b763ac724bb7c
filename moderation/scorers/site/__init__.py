"""Scorers of a site's own lists: filters, word lists, block lists in files."""
