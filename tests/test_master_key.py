"""The master key: a list of which the first signs, on one line; its parts are never shown."""

import itertools

import pytest

from syndicate import master_key
from syndicate.master_key import MasterKey, NoKeyError, derive_key, id_of

OLD, NEW, NEWEST = (bytes([each]) * 32 for each in (1, 2, 3))
ONE = MasterKey(OLD)


def test_one_key_alone_is_written_as_it_always_was() -> None:
    assert ONE.line() == OLD.hex()
    assert master_key.read(OLD.hex()) == ONE
    assert ONE.addresses == derive_key(OLD, "address")


def test_two_rotations_go_round_by_their_line() -> None:
    added = ONE.with_new(NEW)
    switched = added.signed_by(id_of(NEW))
    ended = switched.without(id_of(OLD))
    again = ended.with_new(NEWEST).signed_by(id_of(NEWEST))

    for each in (added, switched, ended, again):
        assert master_key.read(each.line()) == each
        assert each.addresses == ONE.addresses
    assert [list(each) for each in (added, switched, ended, again)] == [
        [OLD, NEW],
        [NEW, OLD],
        [NEW],
        [NEWEST, NEW],
    ]


def test_the_key_that_signs_is_not_taken_out() -> None:
    assert ONE.without(id_of(OLD)) == ONE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{OLD.hex()} {NEW.hex()}", "not the one that addresses are hashed with"),
        (f"{OLD.hex()} {OLD.hex()} addresses:{NEW.hex()}", "a key twice"),
        (f"{OLD.hex()} addresses:{NEW.hex()} addresses:{NEW.hex()}", "a key twice"),
        (" ".join([*(f"{each:064x}" for each in range(9)), f"addresses:{NEW.hex()}"]), "more than"),
        (f"addresses:{NEW.hex()}", "must be 64 hex digits"),
        (f"{OLD.hex()} addresses:{NEW.hex()[1:]}", "must be 64 hex digits"),
        (f"{OLD.hex()} addresses:", "must be 64 hex digits"),
        (f"{OLD.hex()}{NEW.hex()}", "must be 64 hex digits"),
    ],
)
def test_a_line_that_lost_a_part_is_refused_without_showing_it(text: str, said: str) -> None:
    with pytest.raises(NoKeyError, match=said) as caught:
        master_key.read(text)

    assert not any(each.hex() in str(caught.value) for each in (OLD, NEW))


def test_a_traceback_shows_no_key() -> None:
    shown = repr(ONE.with_new(NEW))

    assert shown == "MasterKey()"


def test_each_purpose_has_a_key_of_its_own() -> None:
    purposes = ("confirm", "unsubscribe", "address", "key id")
    keys = {derive_key(key, purpose) for key, purpose in itertools.product((OLD, NEW), purposes)}

    assert len(keys) == 8
    assert {len(key) for key in keys} == {32}
    assert id_of(OLD) not in OLD.hex()
