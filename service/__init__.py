"""The HTTP door: takes comments in, answers moderators and sites."""
