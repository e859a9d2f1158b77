"""Whom a process may mail in a database of another environment."""

import pytest

from syndicate.mail.sending import allowed

CASES = [
    ("production", "production", (), "reader001@example.com", True),
    ("production", "test", (), "reader001@example.com", False),
    (None, "test", (), "reader001@example.com", False),
    ("production", "test", ("Reader001@example.com",), "reader001@EXAMPLE.com", True),
    ("production", "test", ("@example.com",), "reader002@example.com", True),
    ("production", "test", ("@example.com",), "reader002@sub.example.com", False),
    ("production", "test", ("example.com",), "reader002@example.com", False),
]


@pytest.mark.parametrize(("stamped", "own", "names", "address", "is_allowed"), CASES)
def test_whom(
    stamped: str | None, own: str, names: tuple[str, ...], address: str, is_allowed: bool
) -> None:
    assert allowed.whom(stamped=stamped, own=own, allow_list=names).has(address) is is_allowed
