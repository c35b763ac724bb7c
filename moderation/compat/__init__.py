"""What other services' protocols need beyond scoring; their routes are in service/compat."""
