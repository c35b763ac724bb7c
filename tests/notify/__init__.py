"""Notifying sites and people: the schedule, messages, sending, channels, replays."""
