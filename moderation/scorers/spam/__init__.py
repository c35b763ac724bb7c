"""Scorers of spam: heuristics, the learned spam model, history and reputation."""
