"""Names and addresses of machines."""

import pytest

from syndicate.hosts import by_name


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("http://127.0.0.1:8080", "http://localhost:8080"),
        ("http://[::1]:8080/console?a=b", "http://localhost:8080/console?a=b"),
        ("http://0.0.0.0", "http://localhost"),
        ("http://[::]:81", "http://localhost:81"),
        ("http://127.0.0.5:8080", "http://127.0.0.5:8080"),
        ("https://127.0.0.1", "https://127.0.0.1"),
        ("http://192.0.2.7", "http://192.0.2.7"),
        ("https://news.example", "https://news.example"),
        ("http://[", "http://["),
        ("http://127.0.0.1:x", "http://127.0.0.1:x"),
    ],
)
def test_this_machine_is_called_by_its_name(url: str, named: str) -> None:
    assert by_name(url) == named
