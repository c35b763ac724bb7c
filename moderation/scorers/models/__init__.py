"""Toxicity models: the bundled one and Detoxify, and what runs them."""
