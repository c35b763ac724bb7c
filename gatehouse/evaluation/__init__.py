"""How good a toxicity model is on public test sets: `gatehouse model eval`."""
