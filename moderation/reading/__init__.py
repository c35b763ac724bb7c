"""What readers of a page see: its approved comments."""
