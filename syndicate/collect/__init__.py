"""Collecting: everything a newsroom publishes arrives once, whole, and keeps arriving."""
