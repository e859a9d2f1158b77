"""What can be done at one face can be done at all three; what cannot is listed with its reason."""

from collections import defaultdict

from tests.verbs.asked import FACES
from tests.verbs.table import DONE

_BY_PROGRAM = "a CMS or a source brings whole articles; nobody types one"
_LONG = "it takes minutes: a worker does it by itself, and a shell waits for it"
_RUNNER = "whoever runs the machines does it in a shell, a few times a year; not built yet"
_OWN_FILE = "a secret in a file is of who runs the machines; this face makes a fresh one"
_BY_HAND = "a link signs a person in; a program has its token, which is asked at each request"
_NOT_OVER_HTTP = "the secret that signs every link goes through no browser and no program's answer"
_OTHER_LINKS = "`console-link --operator` makes it, and `console-link` links for a role as well"
# Each verb that a face does not offer yet, and why. A line goes when the face comes.
MISSING: dict[str, dict[str, str]] = {
    "newsroom.making.tokens.add": {"api": _OWN_FILE, "console": _OWN_FILE},
    "newsroom.sign_in_links.make": {"cli": _OTHER_LINKS, "api": _BY_HAND},
    "articles.receive_push.receive": {"cli": _BY_PROGRAM, "console": _BY_PROGRAM},
    "keys.master.rotate": {"api": _NOT_OVER_HTTP, "console": _NOT_OVER_HTTP},
    "collect.steering.collect": {"api": _LONG, "console": _LONG},
    "collect.steering.remove": {"api": _RUNNER, "console": _RUNNER},
}


def missing() -> dict[str, set[str]]:
    """Verb to the faces at which no row of the table asks for it."""
    offered: dict[str, set[str]] = defaultdict(set)
    for row in DONE:
        offered[row.verb] |= set(row.asked.faces())
    return {verb: lacking for verb, at in offered.items() if (lacking := set(FACES) - at)}


def test_a_verb_is_offered_at_every_face_or_it_is_said_why_not() -> None:
    assert missing() == {verb: set(why) for verb, why in MISSING.items()}


def test_each_reason_is_a_sentence() -> None:
    said = [reason for why in MISSING.values() for reason in why.values()]

    assert min(len(reason.split()) for reason in said) > 4
