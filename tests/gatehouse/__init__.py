"""Tests of the command, run as an operator runs it."""
