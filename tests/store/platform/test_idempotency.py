"""A request that comes twice is acted on once, and answered as it was the first time."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import idempotency
from syndicate.store.platform.idempotency import ApiAnswer
from tests.rows import NOW
from tests.store import racing

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)


def begin(
    tx: Transaction, key: bytes = b"k", request: bytes = b"r", now: dt.datetime = NOW
) -> ApiAnswer | None:
    return idempotency.begin(tx, key, request_hash=request, now=now)


def kept(tx: Transaction) -> set[bytes]:
    return set(tx.scalars(select(ApiAnswer.key_hash)))


def test_a_key_is_new_once() -> None:
    with transaction() as tx:
        assert begin(tx) is None
        idempotency.remember(tx, b"k", {"results": []})

        again = begin(tx, request=b"other", now=NOW + SECOND)

        assert again is not None
        assert (again.answer, again.request_hash, again.at) == ({"results": []}, b"r", NOW)
        assert begin(tx, b"another") is None


def test_an_answer_is_kept_under_its_own_key() -> None:
    with transaction() as tx:
        for key in (b"a", b"b"):
            begin(tx, key)

        idempotency.remember(tx, b"a", {"n": 1})

        rows = {row.key_hash: row.answer for row in tx.scalars(select(ApiAnswer))}
        assert rows == {b"a": {"n": 1}, b"b": None}


def test_who_comes_second_waits_for_the_first_and_reads_its_answer() -> None:
    def work(tx: Transaction) -> None:
        begin(tx)
        idempotency.remember(tx, b"k", {"n": 1})

    again = racing.second(work, begin)

    assert again is not None
    assert again.answer == {"n": 1}


def test_answers_that_name_an_article_are_forgotten() -> None:
    answers: dict[bytes, list[dict[str, object]]] = {
        b"alone": [{"article_id": 7, "id": "cms-7"}],
        b"among others": [{"article_id": 1}, {"article_id": 7}],
        b"another's": [{"article_id": 77}],
        b"nobody's": [],
    }
    with transaction() as tx:
        for key, results in answers.items():
            begin(tx, key)
            idempotency.remember(tx, key, {"results": results})
        begin(tx, b"not answered yet")

        for _ in range(2):
            idempotency.forget_article(tx, 7)

        assert kept(tx) == {b"another's", b"nobody's", b"not answered yet"}


def test_old_answers_are_forgotten() -> None:
    with transaction() as tx:
        for key, at in ((b"old", NOW - SECOND), (b"new", NOW)):
            begin(tx, key, now=at)

        idempotency.forget_before(tx, NOW)

        assert kept(tx) == {b"new"}
