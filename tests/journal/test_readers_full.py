"""The journal of readers on a full disk: what it lacks is not undone."""

from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate import clock, settings
from syndicate.journal import readers
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import EVERYWHERE, Suppression
from syndicate.subscribers import suppressions
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.web.test_one_click import full

ADDRESS = "reader001@example.com"


@pytest.mark.usefixtures("database")
def test_who_is_mailed_again_stays_so_though_the_journal_does_not_know(
    tmp_path: Path, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_JOURNAL", str(tmp_path / "journal.jsonl"))
    settings.load.cache_clear()
    with transaction() as tx:
        key, why = recipients.hash_of(ADDRESS), SuppressionReason.COMPLAINT
        recipients.suppress(tx, key, scope=EVERYWHERE, reason=why, now=clock.now())
    path = tmp_path / readers.NAME
    readers.keep(path)

    with full(path):
        with transaction() as tx:
            said = "They wrote."
            suppressions.lift(tx, ADDRESS, why=said, actor=TESTER, now=clock.now())
        readers.recall(settings.load(), clock.now())

    assert path.read_text().count("{") == 1
    with transaction() as tx:
        assert list(tx.scalars(select(Suppression))) == []
