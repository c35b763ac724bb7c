"""Google's Perspective API."""
