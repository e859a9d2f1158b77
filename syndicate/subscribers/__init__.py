"""Readers and what they ask for: signing up, choosing, leaving, moving house, being forgotten."""
