"""Work that runs by itself: due work, retention, erasing."""
