"""Measures a toxicity model on public test sets: `gatehouse model eval`."""
