"""What was encrypted is read by whom it was written for, and by nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import encryption
from syndicate.signing import BadTokenError

KEY = bytes(range(32))


@given(plain=st.binary(max_size=200))
def test_what_was_encrypted_is_read_again_here_alone(plain: bytes) -> None:
    sealed = encryption.encrypt(KEY, "journal", plain, about=b"reader")

    assert encryption.decrypt(KEY, "journal", sealed, about=b"reader") == plain
    assert plain not in sealed or len(plain) < 3
    for key, purpose, about in (
        (bytes(32), "journal", b"reader"),
        (KEY, "else", b"reader"),
        (KEY, "journal", b"another"),
    ):
        with pytest.raises(BadTokenError, match="not written by this installation"):
            encryption.decrypt(key, purpose, sealed, about=about)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 28, 60])
def test_what_nobody_encrypted_is_refused(length: int) -> None:
    with pytest.raises(BadTokenError):
        encryption.decrypt(KEY, "journal", bytes(length), about=b"")
