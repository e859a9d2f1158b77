"""Feeds: from rows to the documents that readers' apps, partners and aggregators fetch."""
