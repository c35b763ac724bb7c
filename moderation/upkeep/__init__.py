"""Work that runs by itself, and on whole archives: due work, retention, erasing, imports."""
