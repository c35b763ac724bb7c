"""Scorers: one file each, all with the contract in moderation/domain/score.py; see roster.py."""
