"""Files that other systems export: a reader for each format, which makes entries of them one after the other."""
