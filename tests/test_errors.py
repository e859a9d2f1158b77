"""The error tree: what its drawing says is what the classes are."""

import re

import pytest

from syndicate import errors
from syndicate.errors import SyndicateError

CLASSES = {
    name: each
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, SyndicateError)
}


def test_the_drawing_names_every_class() -> None:
    assert errors.__doc__ is not None

    drawn = re.findall(r"\b([A-Z][A-Za-z]+Error)\b", errors.__doc__)

    assert sorted(drawn) == sorted(CLASSES)


@pytest.mark.parametrize(
    ("name", "code"), re.findall(r"(\w+Error) +exit (\d)", errors.__doc__ or "")
)
def test_the_exit_codes_are_the_drawn_ones(name: str, code: str) -> None:
    assert CLASSES[name].exit_code == int(code)


@pytest.mark.parametrize("each", CLASSES.values(), ids=lambda each: each.__name__)
def test_a_message_and_ids_travel_apart(each: type[SyndicateError]) -> None:
    error = each("Source 3 is no feed; correct its address.", source_id=3)

    assert str(error) == "Source 3 is no feed; correct its address."
    assert error.ids == {"source_id": 3}
