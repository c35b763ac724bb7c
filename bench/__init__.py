"""Every speed claim, printed again by a command: `make bench`."""
