"""Tokens: bound to a purpose, worthless when altered, and holding no address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import signing
from syndicate.signing import BadTokenError

KEY = bytes(range(32))


@given(payload=st.text(alphabet=st.characters(max_codepoint=126, min_codepoint=33), max_size=60))
def test_what_was_signed_is_read_back(payload: str) -> None:
    token = signing.sign(KEY, "unsubscribe", payload)

    assert signing.verify(KEY, "unsubscribe", token) == payload
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()


def test_a_token_is_worthless_for_another_purpose() -> None:
    token = signing.sign(KEY, "unsubscribe", "17")

    with pytest.raises(BadTokenError, match="was not created by this service"):
        signing.verify(KEY, "confirm", token)


def test_a_token_of_another_installation_is_refused() -> None:
    token = signing.sign(bytes(32), "confirm", "17")

    with pytest.raises(BadTokenError):
        signing.verify(KEY, "confirm", token)


@given(data=st.data())
def test_a_token_with_any_letter_changed_is_refused(data: st.DataObject) -> None:
    token = signing.sign(KEY, "confirm", "17:1774974360")
    index = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_.").filter(lambda each: each != token[index]))

    with pytest.raises(BadTokenError):
        signing.verify(KEY, "confirm", token[:index] + letter + token[index + 1 :])


def test_a_token_has_one_spelling_so_that_one_use_means_once() -> None:
    token = signing.sign(KEY, "console", "desk:admin:1774974360:00")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = {token[:-1] + letter for letter in letters} - {token}

    for each in others | {token + "=", token + "=="}:
        with pytest.raises(BadTokenError):
            signing.verify(KEY, "console", each)


@pytest.mark.parametrize("token", ["", ".", "a", "a.b.c", "a.!", "é.é", "a.b\n", "=.=", "." * 9])
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(BadTokenError):
        signing.verify(KEY, "confirm", token)


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = {signing.derive_key(KEY, purpose) for purpose in ("confirm", "unsubscribe", "address")}

    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


def test_an_address_is_remembered_by_a_keyed_hash() -> None:
    ours = signing.address_hash(KEY, "reader001@example.com")

    assert len(ours) == 32
    assert ours == signing.address_hash(KEY, "reader001@example.com")
    assert ours != signing.address_hash(bytes(32), "reader001@example.com")
    assert ours != signing.address_hash(KEY, "reader002@example.com")
