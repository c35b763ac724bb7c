"""What readers see: the script for sites' pages, the form that works without JavaScript, and a demo article around it."""
