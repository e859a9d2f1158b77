"""What readers see: one page, one file."""
