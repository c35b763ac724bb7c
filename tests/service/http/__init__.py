"""Attacks on the real app, with real stores: each of these once worked, or would be worst if it did."""
