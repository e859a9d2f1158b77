"""The words of the audit: each is written by somebody, told apart by people, and read for good."""

import ast
from collections import Counter
from pathlib import Path

from syndicate.setup.kinds import SHELVES
from syndicate.vocabulary.acts import Act
from tests.house import trees

ROOT = Path(__file__).resolve().parents[2]
# As rows of older versions stand in databases that are in use: code, subject, and what it is now.
OLD = (
    ("added", "section:3", Act.SECTION_ADD),
    ("added", "partner:3", Act.PARTNER_ADD),
    ("changed", "publication:3", Act.PUBLICATION_CHANGE),
    ("changed", "newsletter:3", Act.NEWSLETTER_CHANGE),
    ("retired", "desk:3", Act.DESK_RETIRE),
    ("retired", "feed:3", Act.FEED_RETIRE),
    ("paused", "source:3", Act.SOURCE_PAUSE),
    ("paused", "newsletter:3", Act.NEWSLETTER_PAUSE),
    ("paused", "mailing:3", Act.MAILING_PAUSE),
    ("active", "source:3", Act.SOURCE_RESUME),
    ("sending", "mailing:3", Act.MAILING_RESUME),
    ("held", "issues", Act.HOLD_PLACE),
    ("hold", "installation", Act.MAIL_HOLD),
    ("built anew", "feeds", Act.FEED_BUILD),
    ("collected", "sources", Act.SOURCE_COLLECT),
    ("ticked off", "mailing:3", Act.MAILING_TICK_OFF),
    ("story left out", "article:3", Act.ARTICLE_LEAVE_OUT),
    ("article.push.created", "article:3", Act.ARTICLE_CREATE),
    ("reader.look", "subscriber:3", Act.READER_LOOK),
    ("erased", "subscriber:3", Act.READER_ERASE),
    ("operator-set", "operator:3", Act.OPERATOR_CHANGE),
    ("token-set", "token:3", Act.TOKEN_CHANGE),
    ("sign-in", "console", Act.SIGN_IN),
)


def test_rows_of_older_versions_are_read_as_the_acts_that_they_tell_of() -> None:
    assert [(code, subject, Act.of(code, subject)) for code, subject, _ in OLD] == list(OLD)
    assert Act.of("added", "nothing:3") is None
    assert {code for code, _, act in OLD if code not in act.codes} == set()


def test_no_two_acts_were_called_the_same() -> None:
    called = Counter(code for each in Act for code in (each.value, *each.formerly))

    assert [code for code, times in called.items() if times > 1] == []


def test_people_can_tell_what_is_done_to_one_thing_apart() -> None:
    said = Counter((each.value.partition("-")[0], each.words) for each in Act)

    assert [pair for pair, times in said.items() if times > 1 or not pair[1]] == []


def test_every_act_is_written_by_somebody() -> None:
    named = {
        node.attr
        for path in (ROOT / "syndicate").rglob("*.py")
        if "vocabulary" not in path.parts
        for node in trees.nodes(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Act"
    }
    made = {Act.on(each.kind.word, act) for each in SHELVES for act in ("add", "change")}
    ended = {each for each in Act if each.value.endswith(("-retire", "-pause", "-resume", "-end"))}

    assert {each.name for each in set(Act) - made - ended} - named == set()
