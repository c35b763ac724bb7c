"""The operator's command: it starts, sets up and looks after a Gatehouse."""
