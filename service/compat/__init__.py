"""Other services' protocols, spoken so well that their clients work unmodified."""
