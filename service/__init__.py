"""The HTTP service: takes comments in, answers moderators and sites."""
