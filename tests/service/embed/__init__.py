"""Tests of the form without JavaScript and of the demo article."""
