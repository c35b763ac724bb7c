"""What readers see: the form that works without JavaScript, and a demo article around it."""
