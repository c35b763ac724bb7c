"""The words of Gatehouse and the rules between them: pure, no I/O, no clock, no framework."""
