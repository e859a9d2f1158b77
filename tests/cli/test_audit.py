"""`syndicate audit`: who did what, in words and for programs."""

import json

import pytest

from syndicate import clock
from syndicate.cli import audit as command
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from tests import rows
from tests.cli.asking import ask

pytestmark = pytest.mark.usefixtures("database")
CHANGED = {"name": ["Daily", "The Daily"]}


def noted() -> str:
    """That a publication was changed, and another thing done; the publication's subject."""
    with transaction() as tx:
        subject = f"publication:{rows.publication(tx).id}"
        now, who, act = clock.now(), "operator:desk", Act.PUBLICATION_CHANGE
        audit.record(tx, at=now, actor=who, action=act, subject=subject, fields=CHANGED)
        audit.record(tx, at=now, actor=who, action=Act.MAIL_STOP, subject="installation")
        return subject


def test_who_did_what_is_told_in_words_and_by_name() -> None:
    noted()

    told = ask(command.audit).out

    assert "stopped all mail" in told
    assert "publication Daily" in told
    assert "name: Daily → The Daily" in told


def test_one_act_or_one_thing_is_listed_alone() -> None:
    subject = noted()

    by_act = json.loads(ask(command.audit, "--action", "publication-change", "--json").out)
    by_thing = json.loads(ask(command.audit, "--about", subject, "--json").out)
    refused = ask(command.audit, "--action", "publication-fold")

    (line,) = by_act["lines"]
    assert by_thing == by_act
    assert (line["action"], line["subject"]) == ("publication-change", subject)
    assert (line["detail"], line["name"]) == ({"fields": CHANGED}, "publication Daily")
    assert refused.code == 2
    assert "There is no action publication-fold;" in refused.err
