"""A small newspaper on Django whose comments pass Gatehouse. How to start it: ../../README.md."""
