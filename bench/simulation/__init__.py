"""A comment section for a week, played again from a seed: who writes what, and what becomes of it."""
