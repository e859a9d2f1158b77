"""Feeds and sitemaps into entries: `parse` chooses the reader, each format has one of its own."""
