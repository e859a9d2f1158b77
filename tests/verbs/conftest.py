"""A newsroom with one of everything that a verb is about, and the three faces to ask at."""

import datetime as dt
import hashlib
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from syndicate import clock
from syndicate.breakers import known
from syndicate.characters import resolved
from syndicate.errors import SyndicateError
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import sources
from syndicate.store.newsroom import publications, streams
from syndicate.store.newsroom.incidents import DeliveryIncident
from syndicate.store.newsroom.streams import MailStream
from syndicate.store.platform import installation, sessions, tokens
from syndicate.store.platform import operators as acting
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.caps import CapCounter
from syndicate.store.platform.rings import Ring
from syndicate.store.platform.sessions import SignedInBy
from syndicate.store.platform.tokens import Grant, Permission
from syndicate.store.readers import recipients, subscribers
from syndicate.store.sending import events, ledger
from syndicate.store.sending.events import Happening
from syndicate.store.syndication import consumers, feeds
from syndicate.subscribers import transfer
from syndicate.vocabulary.feeds import FeedKind
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind
from syndicate.vocabulary.sending import DeliveryState, MailingState, Stream, SuppressionReason
from syndicate.vocabulary.sources import Pages, SourceKind, SourceState
from syndicate.web.errors import status_of
from tests import rows as plain
from tests.application import build
from tests.clean_database import CleanDatabase
from tests.collect import newsroom as collecting
from tests.collect.site import Site, running
from tests.mail import campaign
from tests.verbs.asked import Asked, Json
from tests.web import newsroom as rows
from tests.web import operators

BASE_URL = "http://127.0.0.1:8080"
Place = Mapping[str, object]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A publisher with one story."""
    with running() as found:
        for path in ("/feed", "/second"):
            found.serve(path, collecting.rss(collecting.item(1)))
        yield found


@pytest.fixture
def place(
    database: str,  # noqa: ARG001 - the rows go there
    clean_database: CleanDatabase,
    site: Site,
    tmp_path: Path,
) -> Place:
    """Names of what is there, as the table's asks use them."""
    file = tmp_path / "readers.csv"
    file.write_text("address\nreader007@example.com\n")
    file.chmod(0o600)
    secret = tmp_path / "secret"
    secret.write_text(f"{hashlib.sha256(b'cms').hexdigest()}\n")
    secret.chmod(0o600)
    return clean_database.once(("place", site.origin), lambda: _place(site)) | {
        "file": file,
        "secret": secret,
    }


def _place(site: Site) -> dict[str, object]:
    room = rows.make()
    mailings = {
        "sending": operators.mailing(room),
        "paused": operators.mailing(room, state=MailingState.PAUSED, cohort_days=1),
    }
    with transaction() as tx:
        installation.stamp(tx, "test")
        spent = {"cap": known.HUB_DAY.name, "key": "*", "used": known.HUB_DAY.most}
        tx.add(CapCounter(**spent, window_from=known.HUB_DAY.window(clock.now())))
        found: dict[str, object] = dict(room.articles)
        found |= mailings
        found |= {"newsletter": room.newsletter, "issue": room.issue}
        found |= _sources(tx, room, site) | _rings(tx, room)
        found |= _feeds(tx, room)
        found |= _newsletters(tx, room)
        found |= _made(tx, room)
        operators.incident(tx)
        found |= _operators(tx, room)
        found["incident"] = tx.scalar(select(func.max(DeliveryIncident.id)))
        found["burst"], found["lost"] = _burst(tx)
        found["next_article"] = int(tx.scalar(select(func.max(Article.id))) or 0) + 1
    operators.token("viewer")
    with transaction() as tx:
        token = tokens.all_tokens(tx)[-1].id
    transfer.import_csv(
        ["address\n", "reader001@example.com\n"],
        "morning",
        wording="agreed",
        origin="lists",
        now=clock.now(),
    )
    reader = _reader(room)
    found |= reader | {"next_issue": int(str(reader["own_issue"])) + 1}
    found |= {"token": token, "next_token": token + 1, "later_token": token + 2}
    return found


def _burst(tx: Transaction) -> tuple[int, str]:
    """An incident that cost reader050@burst.example their mail; and whom, as the audit says it."""
    now, receiver = clock.now(), "burst.example"
    operators.incident(tx, receiver=receiver, reason="burst")
    whose = recipients.upsert(tx, f"reader050@{receiver}")
    told: dict[str, Any] = {"is_hard": True, "receiver": receiver}
    happened = Happening(b"burst", now, "bounced", None, whose.id, "userunknown", **told)
    events.record(tx, happened)
    why = SuppressionReason.BOUNCE
    recipients.suppress(tx, whose.address_hash, scope="*", reason=why, now=now)
    incident_id = int(tx.scalar(select(func.max(DeliveryIncident.id))) or 0)
    return incident_id, whose.address_hash.hex()


def _reader(room: rows.Newsroom) -> dict[str, object]:
    """reader001@example.com, and an issue of which they have got a copy."""
    with transaction() as tx:
        subscriber = subscribers.by_address(tx, "reader001@example.com")
        assert subscriber is not None
        made = _own_copy(tx, room)
        sent = ledger.of_issue(tx, made)
        assert sent is not None
        found: dict[str, object] = {"subscriber": subscriber.id, "own_issue": made}
        stranger = recipients.hash_of("reader044@example.com").hex()
        found |= {"stranger": f"address:{stranger}"}
        return found | {"next_issue": made + 1, "well": sent.id}


def _own_copy(tx: Transaction, room: rows.Newsroom) -> int:
    made = plain.issue(tx, room.newsletter, 9, local_date=room.now.date(), state=IssueState.DONE)
    plain.story(tx, made.id, 0, room.articles["report"])
    sent = plain.mailing(tx, made, state=MailingState.DONE, publication_id=room.english)
    ledger.add_content(tx, sent.id, 1, campaign.content(room.now))
    reader = recipients.upsert(tx, "reader001@example.com").id
    told = {"state": DeliveryState.ACCEPTED, "content_version": 1, "done_at": room.now}
    plain.delivery(tx, plain.batch(tx, sent, accepted=1), 0, reader, **told)
    return made.id


def _operators(tx: Transaction, room: rows.Newsroom) -> dict[str, object]:
    """One who may do nothing, one who reads all and sends the courier's, and one who is gone."""
    desk, sports = (plain.operator(tx, slug).id for slug in ("desk", "sports"))
    gone = plain.operator(tx, "gone", retired_at=clock.now()).id
    acting.grant(tx, sports, [Grant(Permission.READ), Grant(Permission.RUN, room.english)])
    return {"desk": desk, "sports": sports, "next_operator": gone + 1, "session": _session(tx)}


def _session(tx: Transaction) -> int:
    """An operator who is signed in."""
    now = clock.now()
    row = acting.by_slug(tx, "sports")
    someone = acting.actor_of(tx, row) if row is not None else None
    assert row is not None
    assert someone is not None
    secret, ends_at = tokens.new_secret(), now + dt.timedelta(hours=1)
    by = SignedInBy.LINK
    sessions.start(tx, someone, secret=secret, by=by, expires_at=ends_at, now=now)
    tx.flush()
    return sessions.of(tx, row.id, now=now)[0].id


def _rings(tx: Transaction, room: rows.Newsroom) -> dict[str, object]:
    """One that is over, and one that stands and that nobody has heard."""
    plain_ring = {"path": "/console/mailings", "began_at": room.now, "last_seen_at": room.now}
    made = [
        plain.added(
            tx,
            Ring(
                alarm="paused_mailings",
                key=f"mailing:{ended_at}",
                text="A mailing is paused.",
                ended_at=ended_at,
                publication_id=room.english,
                **plain_ring,
            ),
        ).id
        for ended_at in (room.now, None)
    ]
    return {"past_ring": made[0], "ring": made[1], "next_ring": made[1] + 1}


def _sources(tx: Transaction, room: rows.Newsroom, site: Site) -> dict[str, object]:
    """Two that bring the report: the desk's own feed, which speaks for it, and a wire's."""
    found: dict[str, object] = {}
    for name in ("own", "wire"):
        address = f"https://{name}.example/feed"
        made = sources.add(tx, room.english, SourceKind.FEED, address, name)
        plain.carried(tx, room.articles["report"], made.id, name, stem=name.encode(), link=address)
        found[name] = made.id
    given: dict[str, Any] = {"pages": Pages.NEVER, "allow_origins": [site.origin]}
    last = 0
    for name, kind, address in (
        ("served", SourceKind.FEED, site.url("/feed")),
        ("pushed", SourceKind.PUSH, "push:courier"),
        ("rested", SourceKind.FEED, "https://rested.example/feed"),
    ):
        last = sources.add(tx, room.english, kind, address, name, **given).id
        found[name] = last
    sources.set_state(tx, last, SourceState.PAUSED, message="", now=clock.now())
    sources.state_of(tx, int(str(found["own"]))).held_at = clock.now()
    return found | {"next_source": last + 1, "origin": site.origin}


def _newsletters(tx: Transaction, room: rows.Newsroom) -> dict[str, object]:
    """Beside the digest one of alerts, of which one is held, and one without a language."""
    flash = plain.newsletter(tx, room.english, "flash", kind=NewsletterKind.ALERT)
    held = plain.issue(
        tx,
        flash.id,
        slot="alert",
        article_id=room.articles["arabic"],
        window_from=room.now,
        window_to=room.now,
        state=IssueState.HELD,
    )
    digest = plain.issue(tx, room.newsletter, 9, slot="09:30", state=IssueState.HELD, number=None)
    mute = plain.newsletter(tx, room.english, "mute", languages=[])
    then = room.now - dt.timedelta(days=1)
    rested = plain.newsletter(tx, room.english, "rested", name="Rested", paused_at=then)
    gone = plain.newsletter(tx, room.english, "gone", name="Gone", ended_at=then)
    found: dict[str, object] = {"flash": flash.id, "mute": mute.id, "next_newsletter": gone.id + 1}
    found |= {"rested_letter": rested.id, "gone_letter": gone.id}
    found |= {"held_alert": held.id, "held_digest": digest.id}
    return found


def _made(tx: Transaction, room: rows.Newsroom) -> dict[str, object]:
    """The publication with its section and desk, and what the next of each would be."""
    world = publications.section_of(tx, room.english, "world")
    desk = publications.desk_of(tx, room.english, "world")
    assert world is not None
    assert desk is not None
    culture = publications.section_of(tx, room.english, "culture")
    assert culture is not None
    last = plain.section(tx, room.english, "books", parent_id=culture.id)
    stream = MailStream(publication_id=room.english, slug=Stream.ALERT, sender_name="Flash")
    streams.add(tx, stream)
    last_desk = tx.scalar(select(func.max(publications.Desk.id)))
    return {
        "publication": room.english,
        "other": room.arabic,
        "next_publication": room.arabic + 1,
        "section": world.id,
        "next_section": last.id + 1,
        "team": desk.id,
        "next_desk": int(last_desk or 0) + 1,
        "stream": stream.id,
        "next_stream": stream.id + 1,
    }


def _feeds(tx: Transaction, room: rows.Newsroom) -> dict[str, object]:
    """A feed by a rule, beside the newsroom's own, and a partner who follows one."""
    rule: dict[str, Any] = {"kind": FeedKind.RULE, "rule": {"words": ["old"]}, "title": "Old"}
    feeds.add(tx, room.english, slug="floods-old", **rule)
    made = feeds.by_slug(tx, "floods-old")
    assert made is not None
    partner = consumers.add_partner(tx, "Reader", now=clock.now()).id
    return {
        "floods": made.id,
        "next_feed": made.id + 1,
        "partner": partner,
        "next_partner": partner + 1,
    }


@dataclass(frozen=True)
class Answer:
    """What a face said: the status that fits the kind of error it was, and the sentence."""

    status: int
    text: str


@dataclass
class Faces:
    """The three faces, asked by somebody with these permissions."""

    browser: TestClient
    place: Place

    publication_id: int | None = None  # the only one that their token opens

    def ask(self, face: str, asked: Asked, permissions: frozenset[Permission]) -> Answer:
        if face == "cli":
            return self._shell(str(asked.cli))
        if face == "api":
            assert asked.api is not None
            return self._program(*asked.api, permissions)
        assert asked.console is not None
        return self._operator(*asked.console, permissions)

    def _token(self, permissions: frozenset[Permission]) -> str:
        return operators.token(permissions=permissions, publication_id=self.publication_id)

    def _shell(self, line: str) -> Answer:
        words = shlex.split(line.format_map(self.place))
        module = import_module(f"syndicate.cli.{words[0].replace('-', '_')}")
        result = CliRunner().invoke(module.app, words[1:])
        error = result.exception
        if isinstance(error, SyndicateError):
            return Answer(status_of(error), str(error))
        if error is not None and not isinstance(error, SystemExit):
            raise error
        assert result.exit_code == 0, result.output
        return Answer(200, result.output)

    def _program(
        self, path: str, body: Json | bytes | None, permissions: frozenset[Permission]
    ) -> Answer:
        bearer = {"Authorization": f"Bearer {self._token(permissions)}"}
        method, _, path = path.rpartition(" ")
        address = f"/api/v1{path.format_map(self.place)}"
        if body is None:
            answer = self.browser.get(address, headers=bearer)
        elif isinstance(body, bytes):
            headers = bearer | {"Content-Type": "text/csv"}
            answer = self.browser.post(address, content=body, headers=headers)
        else:
            said = {name: _filled(value, self.place) for name, value in body.items()}
            answer = self.browser.request(method or "POST", address, json=said, headers=bearer)
        problem = answer.json().get("error") if answer.status_code >= 400 else None
        return Answer(answer.status_code, problem["message"] if problem else answer.text)

    def _operator(
        self, path: str, form: Mapping[str, Any] | None, permissions: frozenset[Permission]
    ) -> Answer:
        secret = self._token(permissions | {Permission.READ})
        assert self.browser.post("/console/sign-in", data={"token": secret}).status_code == 303
        address = f"/console{path.format_map(self.place)}"
        if form is None:
            answer = self.browser.get(address)
        else:
            said = {name: _filled(value, self.place) for name, value in form.items()}
            answer = self.browser.post(address, data=said)
        return Answer(answer.status_code, resolved(answer.text))


def _filled(value: Any, place: Place) -> Any:
    return value.format_map(place) if isinstance(value, str) else value


@pytest.fixture
def faces(place: Place) -> Iterator[Faces]:
    with TestClient(
        build(),
        base_url=BASE_URL,
        client=("127.0.0.1", 50000),
        follow_redirects=False,
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as client:
        yield Faces(client, place)


def audited() -> list[tuple[str, str, str]]:
    """(actor, action, subject) of all that operators did; who signed in is left out."""
    with transaction() as tx:
        found = tx.scalars(select(Audit).where(Audit.action != "sign-in").order_by(Audit.id))
        return [(row.actor, row.action, row.subject) for row in found]
