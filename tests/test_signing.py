"""Tokens: bound to a purpose, worthless when altered, and holding no address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import signing
from syndicate.master_key import MasterKey, id_of
from syndicate.signing import BadTokenError

KEY = MasterKey(bytes(range(32)))
NEW = b"n" * 32


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
    token = signing.sign(MasterKey(bytes(32)), "confirm", "17")

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


def test_an_address_is_remembered_by_a_keyed_hash() -> None:
    ours = signing.address_hash(KEY, "reader001@example.com")

    assert len(ours) == 32
    assert ours == signing.address_hash(KEY, "reader001@example.com")
    assert ours != signing.address_hash(MasterKey(bytes(32)), "reader001@example.com")
    assert ours != signing.address_hash(KEY, "reader002@example.com")


def test_a_link_of_a_year_goes_on_after_a_rotation_until_its_key_is_taken_out() -> None:
    token = signing.sign(KEY, "unsubscribe", "17")
    rotated = KEY.with_new(NEW).signed_by(id_of(NEW))

    assert signing.verify(rotated, "unsubscribe", token) == "17"
    assert (
        signing.verify(rotated, "unsubscribe", signing.sign(rotated, "unsubscribe", "17")) == "17"
    )
    assert signing.sign(rotated, "unsubscribe", "17") != token
    with pytest.raises(BadTokenError):
        signing.verify(rotated.without(KEY.ids[0]), "unsubscribe", token)


def test_a_host_that_has_not_switched_yet_believes_what_the_others_sign() -> None:
    added = KEY.with_new(NEW)
    switched = added.signed_by(id_of(NEW))

    assert signing.sign(added, "confirm", "1") == signing.sign(KEY, "confirm", "1")
    assert signing.verify(added, "confirm", signing.sign(switched, "confirm", "1")) == "1"


def test_an_address_has_one_hash_whatever_key_signs() -> None:
    rotated = KEY.with_new(NEW).signed_by(id_of(NEW))
    of_old = signing.address_hash(KEY, "reader001@example.com")

    assert signing.address_hash(rotated, "reader001@example.com") == of_old
    assert signing.address_hash(rotated.without(KEY.ids[0]), "reader001@example.com") == of_old


def test_a_seal_of_an_older_key_is_known() -> None:
    rotated = KEY.with_new(NEW).signed_by(id_of(NEW))

    assert signing.seal(KEY, "bounce", "7-9") in signing.seals(rotated, "bounce", "7-9")
    assert signing.seal(KEY, "bounce", "7-9") != signing.seal(rotated, "bounce", "7-9")
