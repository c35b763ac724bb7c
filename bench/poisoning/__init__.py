"""An attacker who tries to get honest people, domains and quotes filed, by copying, quoting and linking to them."""
