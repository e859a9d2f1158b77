"""Real returned mails of fifty kinds of servers: found, never held against a good address."""

import json
import re
from collections import Counter
from functools import cache
from importlib.resources import files

import pytest

from syndicate.bounces.reading import words
from syndicate.bounces.reading.classify import classify
from syndicate.bounces.reading.reasons import simplified
from syndicate.bounces.reading.verdict import ABOUT_THE_ADDRESS, Reason
from tests.corpus import material

# Whether it was held against the address, and whether that is right.
_OUTCOMES = {
    (True, True): "right",
    (True, False): "wrong",
    (False, True): "missed",
    (False, False): "spared",
}
# How many phrases may be one mail's alone: the half is more general than the corpus is large.
FITTED = 8
Row = tuple[str, str, str, bool, str]  # status, reply code, reason, is hard, complaint type


@cache
def expected() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = json.loads(
        (material.folder("bounces") / "expected.json").read_text()
    )
    return found


def mail(name: str) -> bytes:
    return (material.folder("bounces") / "mail" / name).read_bytes()


@cache
def told() -> dict[str, list[bool]]:
    """Whether each recipient's verdict is hard, in order, by file name."""
    return {name: [each.is_hard for each in classify(mail(name))] for name in expected()}


def counted(half: str) -> Counter[str]:
    """Of one half: files, files found, and recipients held against rightly, wrongly, or missed."""
    found: Counter[str] = Counter()
    for name, wanted in expected().items():
        if material.half_of(mail(name)) != half:
            continue
        verdicts = told()[name]
        found.update(["files", *(["found"] if verdicts else [])])
        for place, row in enumerate(wanted):
            is_hard = bool(verdicts) and verdicts[min(place, len(verdicts) - 1)]
            found[_OUTCOMES[is_hard, row[3]]] += 1
    return found


def printed(capsys: pytest.CaptureFixture[str], lines: list[str]) -> None:
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - figures to read


def test_returned_mails_are_found_in_both_halves(capsys: pytest.CaptureFixture[str]) -> None:
    halves = {half: counted(half) for half in "ab"}

    printed(
        capsys,
        [
            f"bounces, half {half}: {found['found']} of {found['files']} found"
            for half, found in halves.items()
        ],
    )
    assert all(found["found"] >= 0.95 * found["files"] > 0 for found in halves.values())


def test_nothing_is_held_against_a_good_address_in_either_half(
    capsys: pytest.CaptureFixture[str],
) -> None:
    halves = {half: counted(half) for half in "ab"}

    printed(
        capsys,
        [
            f"hard, half {half}: {found['right']} right, {found['wrong']} wrong,"
            f" {found['missed']} missed"
            for half, found in halves.items()
        ],
    )
    assert {half: found["wrong"] for half, found in halves.items()} == {"a": 0, "b": 0}
    both = halves["a"] + halves["b"]
    assert both["right"] >= 0.85 * (both["right"] + both["missed"])


def test_phrases_that_decide_one_mail_alone_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    """A phrase without which one mail, and no other, would count differently is fitted to it."""
    text = files("syndicate.bounces.reading").joinpath("words.txt").read_text("utf-8")
    blocks = [block.partition("]\n") for block in re.split(r"(?m)^\[", text)[1:]]
    phrases = [
        (Reason(name), re.compile(words.filled(line)))
        for name, _, lines in blocks
        for line in lines.splitlines()
        if line and line[0] != "#" and Reason(name) in ABOUT_THE_ADDRESS
    ]
    deciding: Counter[str] = Counter()
    for name in expected():
        for each in classify(mail(name)):
            said = simplified(each.detail)
            found = [
                rule.pattern for kind, rule in phrases if kind == each.reason and rule.search(said)
            ]
            if each.is_hard and len(found) == 1:
                deciding[found[0]] += 1

    fitted = [phrase for phrase, times in deciding.items() if times == 1]
    printed(capsys, [f"phrases that decide one mail alone: {len(fitted)} of {len(phrases)}"])
    assert len(fitted) <= FITTED


def test_what_is_no_returned_mail_is_not_taken_for_one() -> None:
    others = sorted((material.folder("bounces") / "not-bounces").iterdir())

    assert others
    assert [path.name for path in others if classify(path.read_bytes())] == []
