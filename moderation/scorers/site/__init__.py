"""Scorers that look for what is listed: a site's filters, word lists, block lists in files."""
