"""The rules of `words.txt`, by which the words of other mail servers tell a bounce's reason.

The file is data, one phrase a line, so that a new phrase of a new server is a line and no code.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from syndicate.bounces.reading.verdict import Reason

_LISTS = {
    "whose": r"(?:account|mail ?box|user|address|recipient|addressee|login|e-?mail|mailacct"
    r"|domain)",
    "gone": r"(?:disabled|suspended|inactive|deactivated|de-activated|frozen|locked|closed|expired"
    r"|discontinued|dormant|not active|not activated|restricted|terminated|not enabled)",
    "denied": r"(?:denied|not permitted|not allowed|prohibited|refused|forbidden|rejected"
    r"|disallowed)",
}
# Sentences of one provider each, which are believed whatever code stands beside them: (status, or
# "" for any; words). Nobody else says them, so they are few, and each says whose it is.
OF_ONE_PROVIDER = (
    # Yahoo, to the end of DATA, with 554.
    ("", re.compile(r"(?:user|recipient) (?:doesn't|does not) have an? \S+ account")),
    # Google's own heading over a refusal that it passes on.
    ("", re.compile(r"\*\* address not found \*\*")),
    # Microsoft 365 for an address that is not in the organisation's directory.
    ("4.1", re.compile(r"recipient address rejected: access denied")),
)
# What passes is no end, whatever code stands beside it.
PASSES = re.compile(
    r"try (?:it )?(?:again )?later|(?:please|will) retry|retry later|later again|temporar(?:y|ily)"
    r"|(?:re-?try|try again|come back) (?:in|after)|message queued"
    r"|connect to \S+ connection (?:refused|timed out|reset|lost)|maintenance|in progress"
    r"|\boffice hours|until (?:the|it|they)\b|loop(?:ing)? detected|servfail"
    r"|internal (?:\w+ )?error|permission denied|licen[cs]e|stale"
    r"|right now|at (?:the|this) (?:moment|time)\b|for now\b|unknown; retry"
    r"|time-?out\b|(?<!connection )timed out|n[o']t (?:answer|respond|reply)"
    r"|no (?:answer|response|reply)\b"
)
# Who says this is the last to be asked, and has asked itself: its word needs no code.
OWN_BOOK = re.compile(
    r"(?:not|n't) (?:\w+ )?(?:listed|found|present) in (?:\S+ ){0,6}?(?:directory|address book)"
    r"|recipient name is not recognized|final delivery userid"
)


@cache
def rules() -> tuple[tuple[Reason, re.Pattern[str]], ...]:
    """(reason, pattern) pairs in the order in which they are asked."""
    return tuple(_read(files("syndicate.bounces.reading").joinpath("words.txt").read_text("utf-8")))


def is_certain(text: str, key: str) -> bool:
    """Whether a provider says, in a sentence of its own, that there is no such address.

    Args:
        text: as `reasons.simplified` makes it.
        key: subject and detail of the status, "1.1".
    """
    return any(
        status in ("", key) and sentence.search(text) for status, sentence in OF_ONE_PROVIDER
    )


def _read(text: str) -> Iterator[tuple[Reason, re.Pattern[str]]]:
    for block in re.split(r"(?m)^\[", text)[1:]:
        name, _, lines = block.partition("]\n")
        phrases = [filled(line) for line in lines.splitlines() if line and line[0] != "#"]
        yield Reason(name), re.compile("|".join(f"(?:{phrase})" for phrase in phrases))


def filled(phrase: str) -> str:
    """A line of `words.txt` as a regular expression."""
    for name, pattern in _LISTS.items():
        phrase = phrase.replace(f"{{{name}}}", pattern)
    return phrase
