"""A newsroom's server to collect from."""

from tests.collect.conftest import site

__all__ = ["site"]
