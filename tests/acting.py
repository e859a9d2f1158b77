"""Whoever acts in a test that is about something else: may do everything."""

from syndicate.newsroom import verbs

TESTER = verbs.in_shell("tester")
