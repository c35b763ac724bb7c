"""The operator's command: one door to start, set up and look after a Gatehouse."""
