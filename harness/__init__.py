"""What tests and benches both start: private servers, a whole Gatehouse, a load, receivers of webhooks."""
