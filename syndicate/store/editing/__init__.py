"""Writing articles: what collecting found, what editors change, what a takedown removes."""
