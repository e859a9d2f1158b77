"""GET /api/v1/audit: who did what, for programs."""

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from tests.web import operators
from tests.web.newsroom import Newsroom

pytestmark = pytest.mark.usefixtures("database")


def test_lines_come_by_code_and_by_name_page_by_page(
    browser: TestClient, newsroom: Newsroom
) -> None:
    subject, headers = f"newsletter:{newsroom.newsletter}", operators.bearer()
    fields = {"name": ["Morning", "Noon"]}
    with transaction() as tx:
        now, act = clock.now(), Act.NEWSLETTER_CHANGE
        audit.record(tx, at=now, actor="cli:desk", action=act, subject=subject, fields=fields)
        audit.record(tx, at=now, actor="cli:desk", action=Act.MAIL_STOP, subject="installation")

    (newest,) = browser.get("/api/v1/audit?limit=1", headers=headers).json()
    path = f"/api/v1/audit?before={newest['id']}&about=newsletter"
    (older,) = browser.get(path, headers=headers).json()
    of_one = browser.get("/api/v1/audit?action=mail-stop", headers=headers).json()
    refused = browser.get("/api/v1/audit?action=mail-fold", headers=headers)

    assert of_one == [newest]
    assert (newest["action"], newest["words"]) == ("mail-stop", "stopped all mail")
    told = {name: older[name] for name in ("action", "words", "subject", "slug", "detail")}
    assert told == {
        "action": "newsletter-change",
        "words": "changed",
        "subject": subject,
        "slug": "morning",
        "detail": {"fields": fields},
    }
    assert older["name"].startswith("newsletter ")
    assert refused.status_code == 400


def test_a_token_of_one_publication_is_told_nothing(
    browser: TestClient, newsroom: Newsroom
) -> None:
    secret = operators.token(publication_id=newsroom.english)

    answer = browser.get("/api/v1/audit", headers={"Authorization": f"Bearer {secret}"})

    assert answer.status_code == 403
