"""Syndicate: the newsletter and syndication service between a newsroom's CMS and its readers."""

__version__ = "0.1.0"
