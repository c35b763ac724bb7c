"""The moderators' work: queues, decisions, campaigns, filters, reputation."""
