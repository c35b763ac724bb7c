"""Taking submissions in: once each, with a receipt."""
