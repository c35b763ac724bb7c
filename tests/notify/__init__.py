"""Telling the sites: the schedule, where messages may go, the guarded POST, the drain, the docs."""
