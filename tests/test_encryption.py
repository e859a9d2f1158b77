"""What was encrypted is read by whom it was written for, and by nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import encryption
from syndicate.master_key import MasterKey, id_of
from syndicate.signing import BadTokenError

KEY = MasterKey(bytes(range(32)))


@given(plain=st.binary(max_size=200))
def test_what_was_encrypted_is_read_again_here_alone(plain: bytes) -> None:
    sealed = encryption.encrypt(KEY, "journal", plain, about=b"reader")

    assert encryption.decrypt(KEY, "journal", sealed, about=b"reader") == plain
    assert plain not in sealed or len(plain) < 3
    for key, purpose, about in (
        (MasterKey(bytes(32)), "journal", b"reader"),
        (KEY, "else", b"reader"),
        (KEY, "journal", b"another"),
    ):
        with pytest.raises(BadTokenError, match="not written by this installation"):
            encryption.decrypt(key, purpose, sealed, about=about)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 28, 60])
def test_what_nobody_encrypted_is_refused(length: int) -> None:
    with pytest.raises(BadTokenError):
        encryption.decrypt(KEY, "journal", bytes(length), about=b"")


def test_what_was_encrypted_before_a_rotation_is_read_and_told_from_the_rest() -> None:
    sealed = encryption.encrypt(KEY, "journal", b"plain", about=b"reader")
    rotated = KEY.with_new(b"n" * 32).signed_by(id_of(b"n" * 32))
    fresh = encryption.encrypt(rotated, "journal", b"plain", about=b"reader")

    assert encryption.decrypt(rotated, "journal", sealed, about=b"reader") == b"plain"
    assert encryption.renewed(rotated, "journal", fresh, about=b"reader") is None
    again = encryption.renewed(rotated, "journal", sealed, about=b"reader")
    assert again is not None
    alone = rotated.without(KEY.ids[0])
    assert encryption.decrypt(alone, "journal", again, about=b"reader") == b"plain"
    with pytest.raises(BadTokenError):
        encryption.decrypt(rotated.without(KEY.ids[0]), "journal", sealed, about=b"reader")
