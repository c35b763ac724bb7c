"""Foreign protocols, with their own clients where those can run here."""
