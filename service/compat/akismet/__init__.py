"""Akismet's API."""
