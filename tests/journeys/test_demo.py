"""Article in, digest out: what `syndicate demo` says, and what can be seen of it from outside."""

import json
import subprocess
from collections import Counter
from urllib.parse import urlsplit

import httpx2
import lxml.html
import pytest
from lxml import etree

from syndicate.embedded import plan
from syndicate.sample import visitor
from tests.embedded.processes import of_stack, wait_for
from tests.journeys.running import (
    SYNDICATE,
    Running,
    clean_env,
    html_of,
    kind_of,
    slugs_in,
    text_of,
)

pytestmark = pytest.mark.stack

PROCESSES = {"postgres", "valkey", "mailbox", "web", "beat"}
PROCESSES |= {f"worker-{name}" for name in plan.WORKERS}


def test_everything_runs_carries_the_mark_and_serves(demo: Running) -> None:
    run = demo.run_file()

    assert set(run["processes"]) >= PROCESSES
    assert set(run["processes"].values()) <= set(of_stack(run["stack"]))
    assert httpx2.get(f"{demo.web_url}/readyz").status_code == 200
    assert "SYNDICATE_MASTER_KEY" not in json.dumps(run)
    # The clock rings and somebody hears it.
    assert wait_for(lambda: demo.rows("SELECT count(*) FROM due_job") != [(0,)], seconds=30)


def test_a_second_stack_on_the_folder_is_refused_and_the_first_unharmed(demo: Running) -> None:
    run = demo.run_file()

    done = subprocess.run(
        [*SYNDICATE, "up", "--data-dir", str(demo.data_dir), "--json", "--empty"],
        env=clean_env(SYNDICATE_PORT="0"), capture_output=True, text=True, check=False,
    )  # fmt: skip

    said = done.stderr.strip().splitlines()[-1]
    assert (done.returncode, done.stdout) == (4, "")
    assert f"(process {run['pid']}) already runs in {demo.data_dir}" in said
    assert set(run["processes"].values()) <= set(of_stack(run["stack"]))
    assert httpx2.get(f"{demo.web_url}/readyz").status_code == 200


def test_every_reader_gets_one_digest_and_no_mail_comes_twice(demo: Running) -> None:
    issue, mailbox = demo.said["issue"], demo.said["mailbox"]

    assert {name: issue[name] for name in issue if name != "id"} == {
        "audience": 200,
        "accepted": 200,
        "deferred": 0,
        "failed": 0,
        "suppressed": 0,
        "skipped": 0,
        "ambiguous": 0,
        "remaining": 0,
    }
    assert mailbox["by_kind"] == {"digest": 200, "confirmation": 1, "article": 1}
    assert (mailbox["messages"], mailbox["duplicates"]) == (202, 0)
    assert demo.said["email_article"] == {"accepted": 1}


def test_the_mailbox_holds_what_the_demo_says(demo: Running) -> None:
    mails = demo.mails()

    kinds = Counter(kind_of(mail) for mail in mails)
    pairs = {(mail["To"], mail["Message-ID"]) for mail in mails}
    digests = [mail["To"] for mail in mails if kind_of(mail) == "digest"]
    assert kinds == demo.said["mailbox"]["by_kind"]
    assert len(pairs) == len(mails)
    assert sorted(digests) == sorted(f"reader{number:03}@example.com" for number in range(1, 201))


def test_each_digest_holds_its_readers_choice_in_text_and_html(demo: Running) -> None:
    chosen = _chosen(demo)

    digests = [mail for mail in demo.mails() if kind_of(mail) == "digest"]
    sets = set()
    for mail in digests:
        wanted = chosen[str(mail["To"])]
        assert wanted
        assert sorted(slugs_in(text_of(mail))) == sorted(wanted)
        assert slugs_in(html_of(mail)) == slugs_in(text_of(mail))
        sets.add(tuple(wanted))
    assert len(digests) == len(chosen) == 200
    assert len(sets) >= 10


def test_a_mail_shows_headings_of_the_sections_it_has_stories_of_alone(demo: Running) -> None:
    sections = dict(
        demo.rows(
            "SELECT replace(a.url, %s, ''), p.language || '/' || s.name FROM article a "
            "JOIN section s ON s.id = a.section_id JOIN publication p ON p.id = a.publication_id",
            _origin(demo),
        )
    )

    for mail in [mail for mail in demo.mails() if kind_of(mail) == "digest"][:40]:
        stories = slugs_in(text_of(mail))
        page = lxml.html.fromstring(html_of(mail))
        headings = [heading.text_content().strip() for heading in page.iter("h2")]
        wanted = [sections[f"/{slug}"].partition("/")[2] for slug in stories]
        assert headings == list(dict.fromkeys(wanted))


def test_mails_say_how_to_leave(demo: Running) -> None:
    for mail in demo.mails():
        if kind_of(mail) == "digest":
            assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert str(mail["List-Unsubscribe"]).startswith("<http://127.0.0.1:")


def test_the_feeds_hold_every_article_that_may_be_shown(demo: Running) -> None:
    feeds = {feed["slug"]: feed for feed in demo.said["feeds"]}

    for feed in feeds.values():
        for name in ("rss", "atom", "json"):
            assert feed[name]["status"] == 200
            assert feed[name]["entries"] == feed["entries"]
    assert {"everything", "world", "politics", "business", "science", "culture"} <= feeds.keys()
    # Of 14 articles in each language one is paid and one embargoed.
    assert feeds["everything"]["entries"] == 12
    assert feeds["barid-al-marfa-everything"]["entries"] == 12


def test_feed_documents_count_as_the_demo_says(demo: Running) -> None:
    for feed in demo.said["feeds"]:
        rss, atom, whole = (visitor.get(feed[name]["url"]).body for name in ("rss", "atom", "json"))

        assert len(etree.fromstring(rss).findall("channel/item")) == feed["rss"]["entries"]
        entries = etree.fromstring(atom).findall("{http://www.w3.org/2005/Atom}entry")
        assert len(entries) == feed["atom"]["entries"]
        assert len(json.loads(whole)["items"]) == feed["json"]["entries"]


def test_an_article_keeps_its_pictures_credit_and_cross_headings(demo: Running) -> None:
    for language, credit in (("en", "Harbour Post Graphics"), ("ar", "رسوم بريد المرفأ")):
        [(article_id, body, authors)] = demo.rows(
            "SELECT id, body_html, authors FROM article WHERE url LIKE %s",
            f"%/{language}/articles/river-treaty",
        )
        pictures = demo.rows(
            "SELECT credit, caption <> '', alt <> '', width, height FROM picture "
            "WHERE article_id = %s AND position = 0",
            article_id,
        )

        assert body.count("<h2") == 2
        assert len(authors) == 1
        assert pictures == [(credit, True, True, 960, 540)]


def test_the_featured_box_is_the_publications_list_and_in_no_article(demo: Running) -> None:
    teasers = [teaser for (teaser,) in demo.rows("SELECT teaser FROM featured")]
    bodies = " ".join(body for (body,) in demo.rows("SELECT body_html FROM article"))

    assert len(teasers) == 8
    assert not [teaser for teaser in teasers if teaser in bodies]


def test_pages_answer_in_both_languages(demo: Running) -> None:
    english = visitor.get(f"{demo.web_url}/").html()
    arabic = visitor.get(f"{demo.web_url}/p/barid-al-marfa/").html()

    assert (english.get("lang"), english.get("dir") or "ltr") == ("en", "ltr")
    assert (arabic.get("lang"), arabic.get("dir")) == ("ar", "rtl")
    assert "كورفانا ولوسمار" in arabic.text_content()


def test_consent_is_kept_for_everybody(demo: Running) -> None:
    methods = dict(
        demo.rows("SELECT method, count(DISTINCT subscription_id) FROM consent GROUP BY method")
    )

    assert methods == {"import": 199, "form": 1, "confirmation": 1}


def _origin(demo: Running) -> str:
    [(url,)] = demo.rows("SELECT url FROM source ORDER BY id LIMIT 1")
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _chosen(demo: Running) -> dict[str, list[str]]:
    """What the ledger says that each address was sent: article paths by position."""
    stories = demo.rows(
        "SELECT i.position, replace(a.url, %s || '/', '') FROM issue_story i "
        "JOIN article a ON a.id = i.article_id WHERE i.issue_id = %s ORDER BY i.position",
        _origin(demo),
        demo.said["issue"]["id"],
    )
    deliveries = demo.rows(
        "SELECT r.address, d.choice FROM delivery d JOIN recipient r ON r.id = d.recipient_id "
        "JOIN mailing m ON m.id = d.mailing_id WHERE m.issue_id = %s",
        demo.said["issue"]["id"],
    )
    return {
        address: [path for position, path in stories if choice >> position & 1]
        for address, choice in deliveries
    }
