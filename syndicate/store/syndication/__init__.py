"""Feeds: what stands in them, the documents that are served, and who is told of a change."""
