from tests.collect.conftest import _no_child_left

__all__ = ["_no_child_left"]
