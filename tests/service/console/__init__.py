"""Tests of the console: signing in, every form, what strangers wrote."""
