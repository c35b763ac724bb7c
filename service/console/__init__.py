"""The console: the pages on which moderators work off their queues."""
