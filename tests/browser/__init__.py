"""Tests in a real Chromium: the whole path, hostile text, accessibility, the look of it."""
