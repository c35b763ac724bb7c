"""How the bundled models were made, and how they are measured."""
