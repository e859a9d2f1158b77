# mypy: ignore-errors
"""Makes the database of older code that `test_no_news` migrates: run with that code, not with ours.

    git worktree add ../older fe2d26d
    cd ../older && make setup
    PYTHONPATH=.:../syndicate .venv/bin/python -m tests.upgrade.make ../syndicate/tests/upgrade/made

(../syndicate is this checkout.) mypy leaves it alone: the code that it calls is not the code beside
it. What lies in `made` is not made anew when rules change, for then it would no longer be older.

A day of two newsrooms passes: articles come by every way, mail is sent, refused, put off and paused
in mid-send, editors correct, kill and take down. The dump is made at 07:00; then the same code goes
on until the next morning, and what it would have sent is noted beside it.
"""

import datetime as dt
import hashlib
import hmac
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from syndicate import clock, settings
from syndicate.actions import email_article, forms
from syndicate.articles import editing
from syndicate.collect import run
from syndicate.embedded.postgres import Postgres
from syndicate.mail import steering
from syndicate.mail.sending import deliver
from syndicate.newsletters import run as newsletters_run
from syndicate.sample import readers, setup
from syndicate.store.content import articles
from syndicate.store.editing import changes
from syndicate.store.ground import session
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import sources
from syndicate.store.maintenance import migrate
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import Permission
from syndicate.store.readers import recipients, subscribers
from syndicate.store.sending import ledger
from syndicate.store.syndication import reader_feeds
from syndicate.subscribers import erase, subscribe, transfer
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import Lane, SuppressionReason
from syndicate.vocabulary.sources import Pages, SourceKind
from tests.acting import TESTER
from tests.mail.fault_relay import FaultRelay
from tests.upgrade import made, pushes, rounds, seen, wire
from tests.upgrade.day import SITE, Day, Relay
from tests.upgrade.made import MADE_AT, NEXT_MORNING, PAUSED, RETRIED_AT, Made
from tests.upgrade.world import BASE, HUB, ORIGIN, World, running

READERS = 24
SENT_BEFORE_PAUSE = 7


def open_house(day: Day) -> None:
    """Both publications with their sources, newsletters and readers."""
    with day.at("04:00"):
        with transaction() as tx:
            made_rows = setup.install(tx, day.state, slot="05:00")
            [post, barid] = made_rows.publication_ids
            _add_sources(tx, post)
            sections = newsletters.sections_of(tx, made_rows.newsletter_id)
            ids = {each.id: each.slug for each in sections}
            world = [key for key, slug in ids.items() if slug in {"world", "business"}]
            _newsletter(tx, post, ("harbour-now", NewsletterKind.ALERT), world, "05:00")
            _newsletter(tx, barid, (PAUSED, NewsletterKind.DIGEST), list(ids), "05:30")
            wanted = [Permission.ARTICLES, Permission.READ]
            tokens.add_token(tx, "cms", wanted, secret=made.TOKEN, expires_at=None, now=clock.now())
        for slug in (setup.NEWSLETTER, "harbour-now", PAUSED):
            _import_readers(slug)
        _fates_of_readers()


def _add_sources(tx: Transaction, publication_id: int) -> None:
    for kind, path, which in (
        (SourceKind.FEED, "/wire.rss", Pages.NEVER),
        (SourceKind.WEBSUB, "/quay.atom", Pages.NEVER),
        (SourceKind.FEED, "/pier.json", Pages.NEVER),
        (SourceKind.SITEMAP, "/dock.xml", Pages.ALWAYS),
    ):
        url = f"{BASE}{path}"
        sources.add(tx, publication_id, kind, url, path[1:], pages=which, allow_origins=[ORIGIN])


def _newsletter(
    tx: Transaction,
    publication_id: int,
    named: tuple[str, NewsletterKind],
    section_ids: list[int],
    at: str,
) -> None:
    slug, kind = named
    row = Newsletter(
        publication_id=publication_id,
        slug=slug,
        kind=kind,
        name=slug.replace("-", " ").title(),
        description="What happened at the harbour.",
        languages=["en", "ar"],
        zone="UTC",
        schedule={"times": [at], "days": []},
        created_at=clock.now(),
    )
    newsletters.add(tx, row, section_ids=section_ids)


def _import_readers(slug: str) -> None:
    lines = readers.as_csv(READERS, now=clock.now())
    transfer.import_csv(
        lines, slug, wording=readers.WORDING, origin=readers.ORIGIN, now=clock.now()
    )


def _fates_of_readers() -> None:
    """One leaves, one bounced, one is erased, one never confirmed, one has a feed of their own."""
    now = clock.now()
    subscribe.ask(
        readers.address(30),
        setup.NEWSLETTER,
        language="en",
        ip="192.0.2.1",
        user_agent="Browser",
        wording=readers.WORDING,
        base_url=SITE,
        now=now,
    )
    with transaction() as tx:
        newsletter = newsletters.by_slug(tx, setup.NEWSLETTER)
        theirs = [
            subscribers.of(tx, subscribers.by_address(tx, readers.address(n)).id, newsletter.id)
            for n in (1, 2)
        ]
        subscribers.end(tx, theirs[0], now=now)
        reader_feeds.issue(tx, settings.load().key(), theirs[1].id, now=now)
        bounced = recipients.hash_of(readers.address(3))
        recipients.suppress(tx, bounced, scope="", reason=SuppressionReason.BOUNCE, now=now)
    erase.erase(readers.address(4), actor=TESTER, now=now)


def collect(day: Day) -> None:
    """Everything comes in, is published, and told to whoever subscribed."""
    with day.at("04:01") as site:
        rounds.turn()
        day.push(site, pushes.FIRST)
        rounds.turn()
        _verify_hub(day, site)
    with day.at("04:05") as site:
        for name in ("everything.atom", "everything.json", "world.rss"):
            form = {
                "hub.mode": "subscribe",
                "hub.topic": f"{SITE}/feeds/{name}",
                "hub.callback": f"{BASE}/callback/{name}",
                "hub.secret": "a secret of theirs",
            }
            assert site.post("/hub", data=form).status_code == 202
        rounds.turn()
    for moment in ("04:11", "04:30", "04:46"):
        with day.at(moment):
            rounds.turn()
    with day.at("04:50") as site:
        _push_from_hub(day, site)
        rounds.turn()


def _verify_hub(day: Day, site: TestClient) -> None:
    [asked] = [each.form for each in day.world.asked if each.path == HUB]
    said = {name: asked[name] for name in ("hub.mode", "hub.topic")}
    said |= {"hub.challenge": "c-1", "hub.lease_seconds": "864000"}
    assert site.get(_path(asked["hub.callback"]), params=said).text == "c-1"


def _push_from_hub(day: Day, site: TestClient) -> None:
    [asked] = [each.form for each in day.world.asked if each.path == HUB]
    body = wire.LATER.encode()
    mac = hmac.new(asked["hub.secret"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": wire.ATOM, "X-Hub-Signature": f"sha256={mac}"}
    answer = site.post(_path(asked["hub.callback"]), content=body, headers=headers)
    assert answer.status_code == 202


def _path(url: str) -> str:
    return urlsplit(url).path


def send(day: Day, *moments: str) -> None:
    """The morning's digest, and what the relay put off."""
    for moment in moments:
        with day.at(moment):
            rounds.turn()
            rounds.turn()


def edit(day: Day) -> None:
    """What editors do to articles, at the CMS, at the newsroom and here; one is emailed."""
    with day.at("05:10") as site:
        day.push(site, pushes.SECOND)
        headers = {"Authorization": f"Bearer {made.TOKEN}"}
        for number, act in ((10, "kill"), (11, "takedown")):
            path = f"/api/v1/articles/{day.ids[f'cms-{number}']}/{act}"
            said = {"reason": "A court's order."} if act == "takedown" else {}
            assert site.post(path, json=said, headers=headers).status_code == 200
        with transaction() as tx:
            for article_id in (day.ids["cms-12"], day.article("/en/articles/river-treaty")):
                wording = editing.Wording(body="<p>What the editor wrote, £1.5m in all.</p>")
                said = {"note": "We were wrong.", "actor": TESTER, "now": clock.now()}
                editing.correct(tx, article_id, wording, **said)
            for tail, act in (("/en/articles/rye-bread", changes.kill),):
                act(tx, articles.find(tx, day.article(tail)), note=None, now=clock.now())
            wire_story = articles.find(tx, day.article("wire.example/story/3"))
            changes.take_down(tx, wire_story, now=clock.now())
        rounds.turn()
        rounds.turn()
    with day.at("05:20"):
        day.edit("en/seagrass", "update")
        day.edit("en/library-boat", "correction")
        day.edit("ar/orrin-pass", "fix")
        run.collect_now(None, clock.now())
        rounds.turn()


def pause(day: Day) -> None:
    """The second digest is stopped by an operator after a few of its mails."""
    with day.at("05:30:05"):
        newsletters_run.open_due_issues(clock.now())
        for issue_id in rounds.unfinished():
            newsletters_run.compose_issue(issue_id, clock.now())
        asked = iter(range(SENT_BEFORE_PAUSE + 1))
        deliver.send_lane(Lane.BULK, should_stop=lambda: next(asked, None) is None)
        steering.pause(_paused(), actor=TESTER, now=clock.now())
    with day.at("05:40"):
        stamp = forms.stamp(
            email_article.form_of(day.ids["cms-1"]), clock.now() - dt.timedelta(minutes=1)
        )
        guarded = forms.Guarded(stamp, trap="", ip="192.0.2.7")
        wish = email_article.Wish("friend@example.net", "Sample Reader")
        email_article.send(day.ids["cms-1"], wish, guarded, now=clock.now())
        rounds.turn()


def _paused() -> int:
    with transaction() as tx:
        newsletter = newsletters.by_slug(tx, PAUSED)
        return ledger.unfinished_of(tx, newsletter.id).id


def rest(day: Day) -> None:
    """Everything is polled and pushed once more: nothing is left to do."""
    before: seen.Facts = {}
    for moment in ("06:50", "06:55"):
        with day.at(moment) as site:
            run.collect_now(None, clock.now())
            day.push(site, tuple(pushes.last_of_each()))
            rounds.turn()
            rounds.turn()
        now_seen = seen.rows(day.url)
        assert not before or now_seen == before, "the older code makes news of nothing"
        before = now_seen


def retry(day: Day) -> dict[str, bytes]:
    """The paused mailing is let go, and what was put off is due; the mails by recipient."""
    taken = len(day.relay.accepted)
    day.relay.fault.is_rude = False
    with day.at(RETRIED_AT):
        steering.resume(_paused(), actor=TESTER, now=clock.now())
        rounds.turn()
        rounds.turn()
    return {f"{each.rcpt} {each.mail_from}": each.content for each in day.relay.accepted[taken:]}


def main() -> None:
    """Let the day pass, and write what it left."""
    with (
        tempfile.TemporaryDirectory() as folder,
        FaultRelay(fault=Relay()) as relay,
        running(World({})) as world,
    ):
        server = Postgres(Path(folder), durable=False)
        url = server.start()
        try:
            made.set_environment(
                SYNDICATE_DATABASE_URL=url,
                SYNDICATE_RELAY_URL=relay.url,
                SYNDICATE_HUB_ALLOW_ORIGINS=json.dumps([ORIGIN]),
                SYNDICATE_REDIS_URL="unix:///nonexistent/valkey.sock",
            )
            migrate.upgrade()
            _write(Day(url, world, relay), Path(sys.argv[1]))
        finally:
            session.dispose()
            server.stop(now=True)
            server.remove()


def _write(day: Day, folder: Path) -> None:
    open_house(day)
    collect(day)
    send(day, "05:00:05", "05:02", "05:08")
    edit(day)
    send(day, "05:24")
    pause(day)
    send(day, "06:28")
    rest(day)
    database = made.dump(day.url)
    with transaction() as tx:
        ids = sorted(each.id for each in articles.listed(tx, limit=1000))
    with day.at(MADE_AT) as site:
        shown = seen.pages(site, ids)
    retried = retry(day)
    with day.at(NEXT_MORNING):
        rounds.turn()
    next_issue = seen.issue(day.url, MADE_AT)
    found = Made(day.world.documents, pushes.last_of_each(), shown, retried, next_issue)
    made.write(folder, database, found)


if __name__ == "__main__":
    main()
