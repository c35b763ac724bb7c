"""What must happen by itself: work that is due, retention, erasing."""
