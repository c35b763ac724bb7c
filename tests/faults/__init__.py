"""Faults: real processes killed, frozen and stopped while comments come in."""
