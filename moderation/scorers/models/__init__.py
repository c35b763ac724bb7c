"""Toxicity models: the bundled one, Detoxify, and what both are run by."""
