"""The commands of `gatehouse`, a file each."""
