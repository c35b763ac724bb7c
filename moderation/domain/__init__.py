"""The domain: what Gatehouse deals with and its rules. Pure: no I/O, no clock, no framework."""
