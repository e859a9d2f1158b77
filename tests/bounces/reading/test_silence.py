"""What says nothing beside its codes, and what does."""

import pytest

from syndicate.bounces.reading.reasons import simplified
from syndicate.bounces.reading.silence import is_silent


@pytest.mark.parametrize(
    ("words", "is_so"),
    [
        ("", True),
        ("550 5.1.1", True),
        ("550 5.1.1 <reader001@example.com>: Recipient address rejected", True),
        ("host mx.example[192.0.2.1] said: 550-5.1.1 id=7f3a, see https://mx.example/why", True),
        ("550 5.1.1 no", True),
        ("550 5.1.1 no such box", False),
        ("550 5.1.1 I/O error", False),
        ("550 5.1.1 reason=disk_full", False),
        ("550 5.1.1 mta:mx id=7f3a", True),
        ("550 5.1.1 too many recipients this hour", False),
        ("550 5.1.1 غير معروف", False),
        ("550 5.1.1 不存在", False),
    ],
)
def test_only_codes_names_and_the_bare_refusal_are_silence(words: str, *, is_so: bool) -> None:
    assert is_silent(simplified(words)) is is_so
