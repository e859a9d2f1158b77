"""What follows from a bounce: it is stored, its address suppressed, an incident opened."""
