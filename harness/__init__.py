"""Shared by tests and benches: private servers, a whole Gatehouse, a load, receivers of webhooks."""
