"""A publisher's site to ask."""

from tests.collect.conftest import site

__all__ = ["site"]
